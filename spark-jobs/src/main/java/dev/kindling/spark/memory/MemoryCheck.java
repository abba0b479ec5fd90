package dev.kindling.spark.memory;

import com.sun.management.OperatingSystemMXBean;
import dev.kindling.data.InvalidInputException;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.spark.memory.ExecutorSettings.Cluster;
import dev.kindling.spark.report.Words;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import org.apache.spark.SparkConf;

/**
 * Compares what executors need with what they get.
 *
 * @param need of one executor
 * @param given to one executor
 * @param javaOptions the executors' own options of Java, which those to use have to repeat
 * @param master as it was given
 * @param machineBytes memory of the driver's machine, swap included
 */
public record MemoryCheck(
    ExecutorMemory need,
    ExecutorSettings given,
    String javaOptions,
    String master,
    long machineBytes) {
  private static final long STEP = 512L << 20;

  /** What is to be compared for a run. */
  public static MemoryCheck of(RunMemory run, ExecutorSettings given, SparkConf conf) {
    return new MemoryCheck(
        ExecutorMemory.of(run, given),
        given,
        conf.get(ExecutorSettings.JAVA_OPTIONS, ""),
        conf.get("spark.master", "local[*]"),
        memoryOfThisMachine());
  }

  /** What the system says, or the container that the driver runs in. */
  private static long memoryOfThisMachine() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getTotalMemorySize() + system.getTotalSwapSpaceSize()
        : Long.MAX_VALUE;
  }

  /**
   * Refuses a run that cannot fit.
   *
   * @throws InvalidInputException with the settings to use
   */
  public void require() {
    requireMachine();
    List<String> lacks = new ArrayList<>();
    if (given.heap() < need.leastHeap()) {
      lacks.add(
          Words.bytes(given.heap())
              + " of Java heap ("
              + heapSetting()
              + "), and the arrays of its tasks alone take "
              + Words.bytes(need.leastHeap()));
    }
    if (lacks.isEmpty() && isAbove(need.leastProcess(), given.container())) {
      lacks.add(
          "a container of "
              + Words.bytes(given.container().getAsLong())
              + " ("
              + ExecutorSettings.HEAP
              + " + "
              + ExecutorSettings.OVERHEAD
              + "), and heap, tensors and the process alone take "
              + Words.bytes(need.leastProcess()));
    }
    if (isAbove(need.leastNative(), given.nativeLimit())) {
      lacks.add(
          Words.bytes(given.nativeLimit().getAsLong())
              + " for tensors ("
              + OffHeapMemory.LIMIT
              + ", which is the size of the heap where it is not set), and these take "
              + Words.bytes(need.leastNative()));
    }
    if (!lacks.isEmpty()) {
      throw new InvalidInputException(
          who() + " has " + String.join("; ", lacks), "for " + needed(), "use " + line());
    }
  }

  private void requireMachine() {
    if (given.cluster().isThisMachine() && need.leastMachine() > machineBytes) {
      throw new InvalidInputException(
          "this machine has "
              + Words.bytes(machineBytes)
              + " of memory, and the tensors of all ranks that run at once take "
              + Words.bytes(need.leastMachine()),
          "for an executor with " + needed(),
          "run fewer ranks at once (a smaller --master), set training.batchSize lower or"
              + " training.activationCheckpointing=true, or take a larger machine");
    }
  }

  private static boolean isAbove(long needed, OptionalLong limit) {
    return limit.isPresent() && needed > limit.getAsLong();
  }

  /** Whether all is as it should be, so that {@link #line} changes nothing that matters. */
  public boolean isEnough() {
    return given.heap() >= need.heap()
        && !isAbove(need.overhead(), given.overhead())
        && !isAbove(need.tensors(), given.nativeLimit());
  }

  /** Says that a run which is not refused may still be slow, or lose executors. */
  public String warning() {
    return "memory is tight: "
        + needed()
        + ", are enough; executors may be slow or lost with "
        + Words.bytes(given.heap())
        + " of heap"
        + (given.overhead().isPresent()
            ? " and " + Words.bytes(given.overhead().getAsLong()) + " beside it"
            : "")
        + ": use "
        + line();
  }

  private String who() {
    return given.cluster() == Cluster.LOCAL
        ? "the driver, which is the executor too,"
        : "each executor";
  }

  private String heapSetting() {
    return given.cluster() == Cluster.LOCAL ? "--driver-memory" : ExecutorSettings.HEAP;
  }

  /** What is enough, in words. */
  public String needed() {
    return Words.count(need.numRanks(), "rank")
        + " at once, "
        + Words.bytes(need.heap())
        + " of heap and "
        + Words.bytes(need.overhead())
        + " beside it, of which tensors take "
        + Words.bytes(need.tensors());
  }

  /** The options of the command line that give enough. */
  public String line() {
    long heap = Math.max(given.heap(), roundedUp(need.heap()));
    List<String> options = new ArrayList<>();
    switch (given.cluster()) {
      case LOCAL -> options.add("--driver-memory " + size(heap));
      case LOCAL_CLUSTER -> {
        options.addAll(master(heap));
        options.add(conf(ExecutorSettings.HEAP, size(heap)));
      }
      case YARN, KUBERNETES -> {
        options.add(conf(ExecutorSettings.HEAP, size(heap)));
        options.add(
            conf(
                ExecutorSettings.OVERHEAD,
                size(Math.max(given.overhead().getAsLong(), roundedUp(need.overhead())))));
      }
      case OTHER -> options.add(conf(ExecutorSettings.HEAP, size(heap)));
    }
    if (isAbove(need.tensors(), given.nativeLimit())) {
      String unlimited = "-D" + OffHeapMemory.LIMIT + "=0";
      options.add(
          given.cluster() == Cluster.LOCAL
              ? "--driver-java-options " + unlimited
              : conf("'" + ExecutorSettings.JAVA_OPTIONS, (javaOptions + " " + unlimited).strip())
                  + "'");
    }
    return String.join(" ", options);
  }

  /** A worker of this machine takes no executor that is larger than itself. */
  private List<String> master(long heap) {
    Matcher workers = ExecutorSettings.LOCAL_CLUSTER.matcher(master);
    long mebibytes = heap >> 20;
    if (!workers.matches() || Long.parseLong(workers.group(3)) >= mebibytes) {
      return List.of();
    }
    return List.of(
        String.format(
            Locale.ROOT,
            "--master 'local-cluster[%s,%s,%d]'",
            workers.group(1),
            workers.group(2),
            mebibytes));
  }

  private static String conf(String key, String value) {
    return "--conf " + key + "=" + value;
  }

  private static long roundedUp(long bytes) {
    return (bytes + STEP - 1) / STEP * STEP;
  }

  private static String size(long bytes) {
    long mebibytes = bytes >> 20;
    return mebibytes % 1024 == 0 ? mebibytes / 1024 + "g" : mebibytes + "m";
  }
}
