package dev.kindling.spark.train;

/** Ends a run from the driver's side, as a killed driver would, after a round was averaged. */
final class StopAfterRound implements ProgressListener {
  static final class DriverStopped extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final long round;

  StopAfterRound(long round) {
    this.round = round;
  }

  @Override
  public void roundFinished(RoundReport report) {
    if (report.round() == round) {
      throw new DriverStopped();
    }
  }
}
