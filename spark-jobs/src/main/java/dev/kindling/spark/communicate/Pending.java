package dev.kindling.spark.communicate;

/** Something that goes on beside the caller. */
@FunctionalInterface
public interface Pending {
  /** Nothing that goes on. */
  Pending DONE = () -> {};

  /**
   * Waits for its end.
   *
   * @throws CommunicationException if it fails, or does not end in time
   */
  void await();
}
