package dev.kindling.spark.train;

import dev.kindling.spark.metrics.TrainingMetrics;

/** Tells Spark's metrics system how a run goes. */
final class MetricsListener implements ProgressListener {
  private final TrainingMetrics metrics = TrainingMetrics.ofThisDriver();

  @Override
  public void roundFinished(RoundReport report) {
    metrics.roundFinished(
        new TrainingMetrics.Progress(
            report.last().step(),
            report.round(),
            report.last().tokens(),
            report.last().loss(),
            report.tokensPerSecond()),
        new TrainingMetrics.Costs(
            report.bytesMoved(),
            report.skipped().size(),
            report.computeSeconds(),
            report.averagingSeconds()));
  }

  @Override
  public void evaluationFinished(long step, double validationLoss) {
    metrics.evaluationFinished(validationLoss);
  }
}
