package dev.kindling.spark.memory;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.tensor.OffHeapMemory;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.network.util.JavaUtils;

/**
 * What Spark's settings give to each executor, as Spark 3.5 reads them.
 *
 * @param cluster what starts the executors
 * @param numSlots tasks that one runs at once: its cores / {@code spark.task.cpus}
 * @param numExecutors if the settings fix it
 * @param heap the most that its Java heap grows to, in bytes
 * @param overhead what its container has beside the heap, in bytes; empty where there is none
 * @param sparkOffHeap what Spark itself may take off the heap, in bytes, for which the container
 *     has room beside the overhead
 * @param nativeLimit the most that JavaCPP allocates for tensors, in bytes; empty for no limit
 * @param memoryFraction of the heap without {@link ExecutorMemory#RESERVED} that Spark may fill
 *     with blocks and shuffles
 */
public record ExecutorSettings(
    Cluster cluster,
    int numSlots,
    OptionalInt numExecutors,
    long heap,
    OptionalLong overhead,
    long sparkOffHeap,
    OptionalLong nativeLimit,
    double memoryFraction) {

  /** Options that are set for executors before those that users set. */
  public static final String DEFAULT_JAVA_OPTIONS = "spark.executor.defaultJavaOptions";

  static final String JAVA_OPTIONS = "spark.executor.extraJavaOptions";
  static final String HEAP = "spark.executor.memory";
  static final String OVERHEAD = "spark.executor.memoryOverhead";

  private static final double DEFAULT_OVERHEAD_FACTOR = 0.1;
  private static final long LEAST_OVERHEAD = 384L << 20;

  private static final Pattern LOCAL =
      Pattern.compile("local(?:\\[(\\d+|\\*)(?:\\s*,\\s*\\d+)?])?");
  static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,\\s*(\\d+)\\s*]");

  /** What starts executors. */
  public enum Cluster {
    /** The driver's own process is the executor. */
    LOCAL,
    /** Processes on the driver's machine. */
    LOCAL_CLUSTER,
    /** Containers that YARN kills when they take more than they asked for. */
    YARN,
    /** Pods that are killed when they take more than they asked for. */
    KUBERNETES,
    /** Processes that nobody limits, on machines of which nothing is known here. */
    OTHER;

    boolean isThisMachine() {
      return this == LOCAL || this == LOCAL_CLUSTER;
    }
  }

  /**
   * Reads them.
   *
   * @param conf with its master
   * @throws InvalidInputException if one of them cannot be read
   */
  public static ExecutorSettings of(SparkConf conf) {
    try {
      return read(conf);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          "a setting of Spark cannot be read: " + e.getMessage(),
          "numbers, and sizes such as 2g or 512m",
          "correct it",
          e);
    }
  }

  private static ExecutorSettings read(SparkConf conf) {
    String master = conf.get("spark.master", "local[*]");
    Cluster cluster = cluster(master);
    long heap =
        cluster == Cluster.LOCAL
            ? Runtime.getRuntime().maxMemory()
            : conf.getSizeAsMb(HEAP, "1g") << 20;
    boolean offHeap = conf.getBoolean("spark.memory.offHeap.enabled", false);
    return new ExecutorSettings(
        cluster,
        Math.max(1, numCores(conf, master) / conf.getInt("spark.task.cpus", 1)),
        numExecutors(conf, master),
        heap,
        overhead(conf, cluster, heap),
        offHeap ? conf.getSizeAsBytes("spark.memory.offHeap.size", "0") : 0,
        cluster == Cluster.LOCAL
            ? limit(System.getProperty(OffHeapMemory.LIMIT), heap)
            : limit(option(conf), heap),
        conf.getDouble("spark.memory.fraction", 0.6));
  }

  private static Cluster cluster(String master) {
    String lower = master.toLowerCase(Locale.ROOT);
    if (LOCAL.matcher(lower).matches()) {
      return Cluster.LOCAL;
    }
    if (LOCAL_CLUSTER.matcher(lower).matches()) {
      return Cluster.LOCAL_CLUSTER;
    }
    if (lower.startsWith("yarn")) {
      return Cluster.YARN;
    }
    return lower.startsWith("k8s://") ? Cluster.KUBERNETES : Cluster.OTHER;
  }

  /** Where nothing says, an executor has one core: only a standalone worker gives it all of its. */
  private static int numCores(SparkConf conf, String master) {
    Matcher local = LOCAL.matcher(master);
    if (local.matches()) {
      String threads = local.group(1) == null ? "1" : local.group(1);
      return threads.equals("*")
          ? Runtime.getRuntime().availableProcessors()
          : Integer.parseInt(threads);
    }
    Matcher workers = LOCAL_CLUSTER.matcher(master);
    int defaultCores = workers.matches() ? Integer.parseInt(workers.group(2)) : 1;
    return conf.getInt("spark.executor.cores", defaultCores);
  }

  private static OptionalInt numExecutors(SparkConf conf, String master) {
    if (LOCAL.matcher(master).matches()) {
      return OptionalInt.of(1);
    }
    Matcher workers = LOCAL_CLUSTER.matcher(master);
    if (workers.matches()) {
      int coresPerWorker = Integer.parseInt(workers.group(2));
      int perWorker = coresPerWorker / Math.max(1, numCores(conf, master));
      return OptionalInt.of(Integer.parseInt(workers.group(1)) * Math.max(1, perWorker));
    }
    boolean fixed = !conf.getBoolean("spark.dynamicAllocation.enabled", false);
    return fixed && conf.contains("spark.executor.instances")
        ? OptionalInt.of(Math.max(1, conf.getInt("spark.executor.instances", 1)))
        : OptionalInt.empty();
  }

  private static OptionalLong overhead(SparkConf conf, Cluster cluster, long heap) {
    if (cluster != Cluster.YARN && cluster != Cluster.KUBERNETES) {
      return OptionalLong.empty();
    }
    String factorOfKubernetes =
        cluster == Cluster.KUBERNETES
            ? conf.get("spark.kubernetes.memoryOverheadFactor", "" + DEFAULT_OVERHEAD_FACTOR)
            : "" + DEFAULT_OVERHEAD_FACTOR;
    double factor =
        Double.parseDouble(conf.get("spark.executor.memoryOverheadFactor", factorOfKubernetes));
    return OptionalLong.of(
        conf.contains(OVERHEAD)
            ? conf.getSizeAsMb(OVERHEAD) << 20
            : Math.max((long) (factor * heap), LEAST_OVERHEAD));
  }

  /** What the last of the executors' options says: the last counts. */
  private static String option(SparkConf conf) {
    String options = conf.get(DEFAULT_JAVA_OPTIONS, "") + " " + conf.get(JAVA_OPTIONS, "");
    Matcher matcher =
        Pattern.compile("-D" + Pattern.quote(OffHeapMemory.LIMIT) + "=(\\S+)").matcher(options);
    String value = null;
    while (matcher.find()) {
      value = matcher.group(1);
    }
    return value;
  }

  private static OptionalLong limit(String value, long heap) {
    long limit = value == null ? heap : JavaUtils.byteStringAsBytes(value);
    return limit > 0 ? OptionalLong.of(limit) : OptionalLong.empty();
  }

  /**
   * The same for executors as they came, where their cores are what their machines have.
   *
   * @param numSlotsSeen of all executors together
   */
  public ExecutorSettings seen(int numSlotsSeen, int numExecutorsSeen) {
    if (cluster != Cluster.OTHER || numExecutorsSeen < 1) {
      return this;
    }
    return new ExecutorSettings(
        cluster,
        Math.max(1, (numSlotsSeen + numExecutorsSeen - 1) / numExecutorsSeen),
        numExecutors,
        heap,
        overhead,
        sparkOffHeap,
        nativeLimit,
        memoryFraction);
  }

  /** What a container may have, in bytes; empty where there is none. */
  OptionalLong container() {
    return overhead.isPresent()
        ? OptionalLong.of(heap + overhead.getAsLong() + sparkOffHeap)
        : OptionalLong.empty();
  }
}
