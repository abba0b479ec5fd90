package dev.kindling.benchmarks.communicate;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;

/** The least that two processes can do: blocking calls on one socket, from memory to memory. */
final class PlainCopy {
  private static final int BYTES_PER_CALL = 1 << 20;

  private final SocketChannel socket;

  PlainCopy(SocketChannel socket) {
    this.socket = socket;
  }

  /** Sends one buffer and fills another, as long, at once. */
  void exchange(ByteBuffer sent, ByteBuffer received) throws IOException {
    CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(sent));
    while (received.hasRemaining()) {
      int count = socket.read(next(received));
      if (count < 0) {
        throw new EOFException("the other process has ended");
      }
      received.position(received.position() + count);
    }
    sending.join();
  }

  private void send(ByteBuffer sent) {
    try {
      while (sent.hasRemaining()) {
        sent.position(sent.position() + socket.write(next(sent)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ByteBuffer next(ByteBuffer all) {
    return all.slice(all.position(), Math.min(BYTES_PER_CALL, all.remaining()));
  }
}
