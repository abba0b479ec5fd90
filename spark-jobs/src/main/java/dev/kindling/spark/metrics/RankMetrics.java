package dev.kindling.spark.metrics;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.kindling.model.tensor.OffHeapMemory;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the ranks and replicas that have run in this executor have done. Tasks that failed count
 * too: this is work, not progress. Thread-safe; one in a JVM, since tasks share it with the plugin.
 */
public final class RankMetrics {
  private static final RankMetrics OF_THIS_JVM = new RankMetrics();
  private static final String PREFIX = "ranks.";

  private final LongAdder steps = new LongAdder();
  private final LongAdder tokens = new LongAdder();
  private final DoubleAdder computeSeconds = new DoubleAdder();
  private final DoubleAdder waitSeconds = new DoubleAdder();

  private RankMetrics() {}

  /** Those of the executor that this JVM is. */
  public static RankMetrics ofThisJvm() {
    return OF_THIS_JVM;
  }

  /**
   * A rank has taken a step.
   *
   * @param numTokens of its replica's batch, which the ranks of a replica share
   */
  public void stepTaken(long numTokens) {
    steps.increment();
    tokens.add(numTokens);
  }

  /**
   * What the time of a rank went to.
   *
   * @param computing seconds
   * @param waiting seconds in which nothing was done but to exchange tensors with other ranks
   */
  public void timeSpent(double computing, double waiting) {
    computeSeconds.add(computing);
    waitSeconds.add(waiting);
  }

  void register(MetricRegistry registry) {
    register(registry, "steps", steps::sum);
    register(registry, "tokens", tokens::sum);
    register(registry, "computeSeconds", computeSeconds::sum);
    register(registry, "waitSeconds", waitSeconds::sum);
    register(registry, "tensorBytes", OffHeapMemory::totalBytes);
  }

  private static void register(MetricRegistry registry, String name, Gauge<Number> value) {
    registry.register(PREFIX + name, value);
  }
}
