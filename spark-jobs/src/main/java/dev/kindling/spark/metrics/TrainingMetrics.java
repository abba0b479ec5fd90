package dev.kindling.spark.metrics;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/**
 * How far the driver's run has come. Spark makes its plugins itself and runs find this by their own
 * way, so there is one of it in a JVM. Thread-safe.
 */
public final class TrainingMetrics {
  private static final TrainingMetrics OF_THIS_DRIVER = new TrainingMetrics();
  private static final String PREFIX = "training.";

  private final LongAdder bytesMoved = new LongAdder();
  private final LongAdder skippedSteps = new LongAdder();
  private final DoubleAdder computeSeconds = new DoubleAdder();
  private final DoubleAdder averagingSeconds = new DoubleAdder();
  private volatile Progress progress = new Progress(0, 0, 0, Double.NaN, 0);
  private volatile double validationLoss = Double.NaN;

  /**
   * What a round has come to.
   *
   * @param step the run's steps so far
   * @param round the run's rounds so far
   * @param tokens the run's training tokens so far, of all replicas
   * @param loss mean of the last step, nats per token
   * @param tokensPerSecond of the round
   */
  public record Progress(long step, long round, long tokens, double loss, double tokensPerSecond) {}

  /**
   * What a round has cost.
   *
   * @param bytesMoved between executors
   * @param skippedSteps that replicas have left out
   * @param computeSeconds of the slowest replica
   * @param averagingSeconds the rest of its wall-clock
   */
  public record Costs(
      long bytesMoved, int skippedSteps, double computeSeconds, double averagingSeconds) {}

  private TrainingMetrics() {}

  /** Those of the run that this JVM drives. */
  public static TrainingMetrics ofThisDriver() {
    return OF_THIS_DRIVER;
  }

  /** A round is done. Costs add up over all rounds of this application. */
  public void roundFinished(Progress newProgress, Costs costs) {
    progress = newProgress;
    bytesMoved.add(costs.bytesMoved());
    skippedSteps.add(costs.skippedSteps());
    computeSeconds.add(costs.computeSeconds());
    averagingSeconds.add(costs.averagingSeconds());
  }

  /**
   * The model was measured.
   *
   * @param loss on held-out text, nats per token
   */
  public void evaluationFinished(double loss) {
    validationLoss = loss;
  }

  void register(MetricRegistry registry) {
    register(registry, "step", () -> progress.step());
    register(registry, "round", () -> progress.round());
    register(registry, "tokens", () -> progress.tokens());
    register(registry, "tokensPerSecond", () -> progress.tokensPerSecond());
    register(registry, "loss", () -> progress.loss());
    register(registry, "validationLoss", () -> validationLoss);
    register(registry, "bytesMoved", bytesMoved::sum);
    register(registry, "skippedSteps", skippedSteps::sum);
    register(registry, "computeSeconds", computeSeconds::sum);
    register(registry, "averagingSeconds", averagingSeconds::sum);
  }

  private static void register(MetricRegistry registry, String name, Gauge<Number> value) {
    registry.register(PREFIX + name, value);
  }
}
