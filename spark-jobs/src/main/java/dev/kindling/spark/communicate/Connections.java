package dev.kindling.spark.communicate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.network.buffer.NioManagedBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientFactory;

/**
 * The connections on which one rank sends. They are of this rank alone, so that those it talks to
 * learn from their end that it is gone.
 */
final class Connections implements AutoCloseable {
  private final TransportClientFactory factory;
  private final Map<Endpoint, TransportClient> open = new ConcurrentHashMap<>();
  private volatile boolean isClosed;

  Connections(TransportClientFactory factory) {
    this.factory = factory;
  }

  /**
   * Sends one message.
   *
   * @param body must stay as it is until the end
   * @param end is completed when the message is in the receiver's memory
   */
  void send(Endpoint to, MessageHeader header, ByteBuffer body, CompletableFuture<Void> end)
      throws IOException, InterruptedException {
    to(to)
        .uploadStream(
            new NioManagedBuffer(header.encoded()),
            new NioManagedBuffer(body),
            new RpcResponseCallback() {
              @Override
              public void onSuccess(ByteBuffer response) {
                end.complete(null);
              }

              @Override
              public void onFailure(Throwable cause) {
                end.completeExceptionally(cause);
              }
            });
  }

  /** Whether something can be sent without connecting first. */
  boolean isOpen(Endpoint endpoint) {
    TransportClient client = open.get(endpoint);
    return client != null && client.isActive();
  }

  /** Connects once: whoever broke a connection is not trusted to come back as the same. */
  private TransportClient to(Endpoint endpoint) throws IOException, InterruptedException {
    TransportClient client = open.get(endpoint);
    if (client == null) {
      if (isClosed) {
        throw new IOException("this rank has left the group");
      }
      client = factory.createClient(endpoint.host(), endpoint.port());
      open.put(endpoint, client);
    }
    return client;
  }

  /** Returns when nothing reads from any message's body any more. */
  @Override
  public void close() {
    isClosed = true;
    open.values().forEach(TransportClient::close);
    factory.close();
  }
}
