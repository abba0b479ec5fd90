package dev.kindling.spark.parallel;

import dev.kindling.model.backend.AutoBackend;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.train.Precision;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides on the driver what all tasks compute with. GPUs are the executors' and seldom the
 * driver's, so that where Spark gives them to tasks, a task is asked.
 */
public final class ClusterBackends {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterBackends.class);
  private static final String GPUS_OF_A_TASK = "spark.task.resource.gpu.amount";

  /** Spark's own name of the property. */
  private static final String JOB_DESCRIPTION = "spark.job.description";

  private ClusterBackends() {}

  /**
   * Makes {@code auto} into the backend that tasks are to compute with, and logs why; any other
   * name stays as it is.
   *
   * @param name as {@link Backends#resolve} takes it
   * @throws IllegalArgumentException if there is no such backend
   */
  public static String resolve(JavaSparkContext spark, String name) {
    if (!name.equals(Backends.AUTO)) {
      if (name.equals(Backends.CUDA) && !spark.isLocal() && !haveTasksGpus(spark)) {
        LOG.warn(
            "The backend is cuda, but Spark gives its tasks no GPU, so all of a machine compute on"
                + " its first: set {}=1, as conf/spark/gpu.conf does",
            GPUS_OF_A_TASK);
      }
      return Backends.resolve(name);
    }
    if (spark.isLocal()) {
      return Backends.resolve(name);
    }
    if (!haveTasksGpus(spark)) {
      AutoBackend auto =
          AutoBackend.withoutGpu("Spark gives its tasks no GPU (" + GPUS_OF_A_TASK + ")");
      LOG.info("The backend auto is {}: {}", auto.name(), auto.reason());
      return auto.name();
    }
    AutoBackend auto = ofATask(spark);
    if (auto.name().equals(Backends.CUDA)) {
      LOG.info("The backend auto is {} on executors: {}", auto.name(), auto.reason());
    } else {
      LOG.warn(
          "The backend auto is {}, although Spark gives every task a GPU: {}",
          auto.name(),
          auto.reason());
    }
    return auto.name();
  }

  /**
   * The precisions that a backend computes in where tasks run.
   *
   * @param name of a backend, not {@code auto}
   * @throws IllegalStateException if its native libraries do not load on this machine
   */
  public static Set<Precision> precisions(JavaSparkContext spark, String name) {
    if (name.equals(Backends.CUDA) && !spark.isLocal()) {
      return asked(spark, "ask what the GPUs compute in", () -> precisionsOfThisTask(name)).stream()
          .map(Precision::valueOf)
          .collect(Collectors.toCollection(TreeSet::new));
    }
    try (Backend backend = Backends.open(name, 1)) {
      return precisions(backend);
    }
  }

  /** The precisions that a backend computes in. */
  public static Set<Precision> precisions(Backend backend) {
    return Arrays.stream(Precision.values())
        .filter(precision -> precision.isOn(backend))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean haveTasksGpus(JavaSparkContext spark) {
    return spark.getConf().getDouble(GPUS_OF_A_TASK, 0) > 0;
  }

  private static AutoBackend ofATask(JavaSparkContext spark) {
    List<String> told =
        asked(spark, "ask what kernels executors have", ClusterBackends::nameAndReason);
    return new AutoBackend(told.get(0), told.get(1));
  }

  /** What a task says; whoever's thread this is finds its description of jobs as it was. */
  private static List<String> asked(JavaSparkContext spark, String description, Question question) {
    String before = spark.getLocalProperty(JOB_DESCRIPTION);
    spark.setJobDescription(description);
    try {
      return spark
          .parallelize(List.of(0), 1)
          .flatMap(unused -> question.answer().iterator())
          .collect();
    } finally {
      spark.setLocalProperty(JOB_DESCRIPTION, before);
    }
  }

  /** What a task is asked. */
  @FunctionalInterface
  private interface Question extends Serializable {
    List<String> answer();
  }

  private static List<String> nameAndReason() {
    AutoBackend auto = AutoBackend.of(TaskDevices.of(TaskContext.get()).gpu());
    return List.of(auto.name(), auto.reason());
  }

  private static List<String> precisionsOfThisTask(String name) {
    try (Backend backend = TaskBackends.open(name)) {
      return precisions(backend).stream().map(Precision::name).toList();
    }
  }
}
