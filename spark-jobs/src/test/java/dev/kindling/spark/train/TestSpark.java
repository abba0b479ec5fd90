package dev.kindling.spark.train;

import dev.kindling.spark.train.dl4j.Dl4jKryoRegistrator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.sql.SparkSession;

/** Sparks for tests; nothing but registered classes may travel in them. */
public final class TestSpark {
  private TestSpark() {}

  /** Threads of this JVM. */
  public static SparkSession local(int numCores) {
    return builder("local[" + numCores + "]").getOrCreate();
  }

  /** Executors in JVMs of their own, with one core each. */
  public static SparkSession cluster(int numExecutors) {
    return cluster(numExecutors, Map.of());
  }

  /** The same with more settings. */
  public static SparkSession cluster(int numExecutors, Map<String, String> settings) {
    return cluster(new Workers(numExecutors, 1, 1024), settings);
  }

  /**
   * The machines of a cluster.
   *
   * @param number of them
   * @param numCores of each
   * @param megabytes of each, of which an executor takes 768
   */
  public record Workers(int number, int numCores, int megabytes) {
    String master() {
      return "local-cluster[" + number + "," + numCores + "," + megabytes + "]";
    }
  }

  /** Executors on such machines: as many on each as {@code spark.executor.cores} fit. */
  public static SparkSession cluster(Workers workers, Map<String, String> settings) {
    createSparkHome();
    SparkSession.Builder builder =
        builder(workers.master())
            .config("spark.executor.memory", "768m")
            .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .config("spark.executorEnv.OMP_WAIT_POLICY", "PASSIVE")
            .config("spark.executorEnv.OMP_NUM_THREADS", "1")
            .config("spark.locality.wait", "0s");
    settings.forEach(builder::config);
    return builder.getOrCreate();
  }

  private static SparkSession.Builder builder(String master) {
    return SparkSession.builder()
        .master(master)
        .appName("test")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "localhost")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.serializer", KryoSerializer.class.getName())
        .config(
            "spark.kryo.registrator",
            TrainingKryoRegistrator.class.getName() + "," + Dl4jKryoRegistrator.class.getName())
        .config("spark.kryo.registrationRequired", "true");
  }

  /** Spark's launcher of executors asks for a home with a folder of jars; it may be empty. */
  private static void createSparkHome() {
    try {
      Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
