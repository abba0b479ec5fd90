package dev.kindling.spark.parallel;

import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** The filesystem's settings inside tasks: sent to every executor once. */
public record HadoopSettings(Broadcast<SerializableConfiguration> broadcast)
    implements Serializable {

  /** Sends the driver's settings. */
  public static HadoopSettings send(JavaSparkContext spark) {
    return new HadoopSettings(
        spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration())));
  }

  /** The settings, on any machine. */
  public Configuration get() {
    return broadcast.value().value();
  }
}
