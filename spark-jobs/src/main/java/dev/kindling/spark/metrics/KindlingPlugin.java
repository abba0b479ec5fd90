package dev.kindling.spark.metrics;

import java.util.Map;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Hands {@link TrainingMetrics} of the driver and {@link RankMetrics} of the executors to Spark's
 * metrics system, and so to whatever sinks are configured there. It asks nothing of a run: without
 * it, the same numbers are counted and nobody reads them.
 */
public final class KindlingPlugin implements SparkPlugin {
  @Override
  public DriverPlugin driverPlugin() {
    return new DriverPlugin() {
      @Override
      public void registerMetrics(String applicationId, PluginContext context) {
        TrainingMetrics.ofThisDriver().register(context.metricRegistry());
      }
    };
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorPlugin() {
      @Override
      public void init(PluginContext context, Map<String, String> extraConf) {
        RankMetrics.ofThisJvm().register(context.metricRegistry());
      }
    };
  }
}
