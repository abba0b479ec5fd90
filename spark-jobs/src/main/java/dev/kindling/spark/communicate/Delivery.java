package dev.kindling.spark.communicate;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One message on its way: the bytes come on a thread of the network or of the sender, while the
 * receiver waits. Once it has failed nothing is written any more, so that whoever waited may free
 * the memory.
 */
final class Delivery {
  private final int from;
  private final Target target;
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private int received;

  /**
   * Begins.
   *
   * @param from the sender
   * @param target where the bytes go
   */
  Delivery(int from, Target target) {
    this.from = from;
    this.target = target;
  }

  int from() {
    return from;
  }

  int length() {
    return target.length();
  }

  /** Takes some of the bytes; drops them if it has failed. */
  synchronized void write(ByteBuffer part) {
    if (end.isDone()) {
      return;
    }
    if (part.remaining() > length() - received) {
      fail("more bytes came than the " + length() + " that were announced");
    } else {
      received += part.remaining();
      target.write(part);
    }
  }

  /** The bytes are all here. */
  synchronized void finish() {
    if (received < length()) {
      fail(length() - received + " of " + length() + " bytes did not come");
    } else {
      end.complete(null);
    }
  }

  /** The rest will not come, or must not. */
  synchronized void fail(String reason) {
    end.completeExceptionally(new CommunicationException(reason));
  }

  /**
   * Waits for the end.
   *
   * @throws ExecutionException if it failed
   * @throws TimeoutException if it has not come to an end
   */
  void await(Duration timeout) throws ExecutionException, InterruptedException, TimeoutException {
    end.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }
}
