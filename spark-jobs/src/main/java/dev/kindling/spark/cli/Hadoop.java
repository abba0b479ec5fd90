package dev.kindling.spark.cli;

import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;

/** Access to filesystems for commands that need no Spark session. */
final class Hadoop {
  private Hadoop() {}

  /** The site's settings and every {@code spark.hadoop.*} that spark-submit was given. */
  static Configuration configuration() {
    return SparkHadoopUtil.get().newConfiguration(new SparkConf());
  }
}
