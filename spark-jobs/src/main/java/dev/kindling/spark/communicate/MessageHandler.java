package dev.kindling.spark.communicate;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.StreamCallbackWithID;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiving side of the network: checks the header of every message and hands its bytes to the
 * mailbox as they come. Where Spark's authentication is on, nothing reaches this class before the
 * peer has proved that it knows the secret. A peer that is none of a group's ranks, as of an older
 * attempt of the stage, loses its connection, with one line in the log; nothing of it is kept.
 */
final class MessageHandler extends RpcHandler {
  private static final Logger LOG = LoggerFactory.getLogger(MessageHandler.class);

  /** What is read at once: as little as comes, or as much of a part as one call can get. */
  private static final int LEAST_READ = 2 << 10;

  private static final int MOST_READ = 512 << 10;

  private final StreamManager streams = new OneForOneStreamManager();
  private final Map<TransportClient, Set<Sender>> senders = new ConcurrentHashMap<>();

  /** A rank that a connection has carried messages of, and the mailbox that they went to. */
  private record Sender(Mailbox mailbox, int from) {}

  /** Netty reads 64 KiB at most by itself, for which large tensors wake up its thread too often. */
  @Override
  public void channelActive(TransportClient client) {
    client
        .getChannel()
        .config()
        .setRecvByteBufAllocator(
            new AdaptiveRecvByteBufAllocator(LEAST_READ, LEAST_READ, MOST_READ));
  }

  @Override
  public StreamCallbackWithID receiveStream(
      TransportClient client, ByteBuffer header, RpcResponseCallback callback) {
    MessageHeader message;
    Mailbox mailbox;
    try {
      message = MessageHeader.decoded(header);
      mailbox = mailboxOf(message);
    } catch (IllegalArgumentException e) {
      refuse(client, e.getMessage());
      return new Dropped();
    }
    senders
        .computeIfAbsent(client, key -> ConcurrentHashMap.newKeySet())
        .add(new Sender(mailbox, message.from()));
    return switch (message.kind()) {
      case HELLO -> new Dropped();
      case DATA -> new Body(client, mailbox, message);
      case ABORT -> new Reason(mailbox, message.length());
    };
  }

  private static Mailbox mailboxOf(MessageHeader message) {
    return Mailboxes.find(message.key(), message.to())
        .filter(mailbox -> mailbox.admits(message))
        .orElseThrow(
            () -> new IllegalArgumentException("a message to a group that it is not a rank of"));
  }

  private static void refuse(TransportClient client, String reason) {
    LOG.warn("closed a connection of {}: {}", client.getSocketAddress(), reason);
    client.close();
  }

  /** Bytes that nobody looks at. */
  private static class Dropped implements StreamCallbackWithID {
    @Override
    public String getID() {
      return "message";
    }

    @Override
    public void onData(String id, ByteBuffer bytes) {}

    @Override
    public void onComplete(String id) {}

    @Override
    public void onFailure(String id, Throwable cause) {}
  }

  /** The bytes of a tensor, as they come. */
  private static final class Body extends Dropped {
    private final TransportClient client;
    private final Mailbox mailbox;
    private final Delivery delivery;

    Body(TransportClient client, Mailbox mailbox, MessageHeader message) {
      this.client = client;
      this.mailbox = mailbox;
      this.delivery =
          mailbox.arrive(message.from(), message.context(), message.tag(), message.length());
    }

    @Override
    public void onData(String id, ByteBuffer bytes) {
      delivery.write(bytes);
    }

    @Override
    public void onComplete(String id) {
      mailbox.finish(delivery);
    }

    @Override
    public void onFailure(String id, Throwable cause) {
      mailbox.fail(
          delivery, "the connection from " + client.getSocketAddress() + " broke: " + cause);
    }
  }

  /** Why a rank gives up. */
  private static final class Reason extends Dropped {
    private final Mailbox mailbox;
    private final ByteBuffer text;

    Reason(Mailbox mailbox, int length) {
      this.mailbox = mailbox;
      this.text = ByteBuffer.allocate(length);
    }

    @Override
    public void onData(String id, ByteBuffer bytes) {
      bytes.limit(bytes.position() + Math.min(bytes.remaining(), text.remaining()));
      text.put(bytes);
    }

    @Override
    public void onComplete(String id) {
      mailbox.fail(StandardCharsets.UTF_8.decode(text.flip()).toString());
    }
  }

  @Override
  public void receive(TransportClient client, ByteBuffer message, RpcResponseCallback callback) {
    refuse(client, "not a message of a group");
  }

  @Override
  public void channelInactive(TransportClient client) {
    Set<Sender> gone = senders.remove(client);
    if (gone != null) {
      String reason = "its connection from " + client.getSocketAddress() + " was closed";
      gone.forEach(sender -> sender.mailbox().leave(sender.from(), reason));
    }
  }

  @Override
  public StreamManager getStreamManager() {
    return streams;
  }
}
