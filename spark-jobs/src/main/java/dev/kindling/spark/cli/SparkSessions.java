package dev.kindling.spark.cli;

import dev.kindling.model.backend.NativeThreads;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.spark.memory.ExecutorSettings;
import dev.kindling.spark.metrics.KindlingPlugin;
import dev.kindling.spark.train.TrainingKryoRegistrator;
import dev.kindling.spark.train.dl4j.Dl4jKryoRegistrator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Opens Spark with the settings that Kindling needs; whatever the user has set wins. */
public final class SparkSessions {
  private static final String REGISTRATORS = "spark.kryo.registrator";
  private static final String PLUGINS = "spark.plugins";

  private SparkSessions() {}

  /**
   * Opens a session.
   *
   * @param name shown in Spark's own interfaces
   * @param master from the command line; else what spark-submit has set; else {@code local[*]}
   */
  public static SparkSession open(String name, Optional<String> master) {
    return SparkSession.builder().config(conf(name, master)).getOrCreate();
  }

  /** The settings that {@link #open} opens a session with. */
  static SparkConf conf(String name, Optional<String> master) {
    SparkConf conf = new SparkConf().setAppName(name);
    master.ifPresent(conf::setMaster);
    complete(conf);
    return conf;
  }

  /** Adds what the user has not set. */
  static void complete(SparkConf conf) {
    conf.setIfMissing("spark.master", "local[*]");
    conf.setIfMissing("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
    // Kryo cannot write records by itself.
    append(conf, REGISTRATORS, TrainingKryoRegistrator.class.getName());
    append(conf, REGISTRATORS, Dl4jKryoRegistrator.class.getName());
    // DL4J's workers send parameters and moments as one object; the default is 64 MiB.
    conf.setIfMissing("spark.kryoserializer.buffer.max", "2047m");
    append(conf, PLUGINS, KindlingPlugin.class.getName());
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    // Spark's own limit on ranks that wait for each other to start is a year.
    conf.setIfMissing("spark.barrier.sync.timeout", "600");
    // Spark deletes shuffle files when the driver's collector finds that nothing needs them. One
    // that only schedules rounds collects rarely, and every round shuffles the whole model.
    conf.setIfMissing("spark.cleaner.periodicGC.interval", "1min");
    liftNativeLimit(conf);
    NativeThreads.ENVIRONMENT.forEach(
        (variable, value) -> conf.setIfMissing("spark.executorEnv." + variable, value));
    conf.setIfMissing("spark.executorEnv.OMP_NUM_THREADS", conf.get("spark.task.cpus", "1"));
    if (conf.get("spark.master").startsWith("local")) {
      conf.setIfMissing("spark.ui.enabled", "false");
      conf.setIfMissing("spark.sql.shuffle.partitions", "8");
      conf.setIfMissing("spark.driver.host", "localhost");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
    }
  }

  /**
   * Without this, executors take no more memory for tensors than their heap may have. What users
   * set comes later on the command line of Java, and wins.
   */
  private static void liftNativeLimit(SparkConf conf) {
    String key = ExecutorSettings.DEFAULT_JAVA_OPTIONS;
    String option = "-D" + OffHeapMemory.LIMIT + "=0";
    if (!conf.get(key, "").contains(option)) {
      conf.set(key, (option + " " + conf.get(key, "")).strip());
    }
  }

  /** Ours behind those that the user has. */
  private static void append(SparkConf conf, String key, String name) {
    String others = conf.get(key, "");
    if (!List.of(others.split(",")).contains(name)) {
      conf.set(key, others.isEmpty() ? name : others + "," + name);
    }
  }
}
