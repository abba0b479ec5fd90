package dev.kindling.data;

import org.apache.spark.sql.SparkSession;

/** One small Spark session for all tests of this module. */
public final class LocalSpark {
  private LocalSpark() {}

  /** The session; it ends with the JVM. */
  public static SparkSession get() {
    return SparkSession.builder()
        .master("local[2]")
        .appName("data-pipeline tests")
        .config("spark.ui.enabled", false)
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", 2)
        .getOrCreate();
  }
}
