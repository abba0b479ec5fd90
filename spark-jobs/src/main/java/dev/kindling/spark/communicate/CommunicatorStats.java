package dev.kindling.spark.communicate;

/**
 * What went through a group on one rank.
 *
 * @param bytesSent of tensors, to ranks of the same JVM too
 * @param bytesReceived of tensors
 * @param secondsWaited for others to send or to take, by all threads together
 */
public record CommunicatorStats(long bytesSent, long bytesReceived, double secondsWaited) {
  CommunicatorStats plus(CommunicatorStats other) {
    return new CommunicatorStats(
        bytesSent + other.bytesSent,
        bytesReceived + other.bytesReceived,
        secondsWaited + other.secondsWaited);
  }
}
