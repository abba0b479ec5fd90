package dev.kindling.spark.communicate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One rank among all ranks of a group: messages, without a notion of collectives.
 *
 * <p>The first failure is the last: the others are told, all connections of this rank are closed,
 * and nothing reads from or writes to a tensor any more when the exception reaches the caller.
 */
final class Group implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Group.class);

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** How long a broken connection waits for the reason, which may come on another one. */
  private static final Duration FOR_THE_REASON = Duration.ofSeconds(1);

  private final int rank;
  private final List<Member> members;
  private final Connections connections;
  private final Duration timeout;
  private final Mailbox mailbox;
  private boolean hasEnded;

  /**
   * One rank.
   *
   * @param members all ranks
   * @param mailbox of this rank, closed with the group
   * @param connections null where all ranks are in this JVM
   * @param timeout of every wait
   */
  Group(
      int rank, List<Member> members, Mailbox mailbox, Connections connections, Duration timeout) {
    this.rank = rank;
    this.members = List.copyOf(members);
    this.connections = connections;
    this.timeout = timeout;
    this.mailbox = mailbox;
  }

  int rank() {
    return rank;
  }

  int size() {
    return members.size();
  }

  /** Connects to all others, each of which has joined, so that they notice if this rank dies. */
  void connect() {
    for (int to = 0; to < size(); to++) {
      if (to != rank && !isHere(to)) {
        await(to, send(to, MessageHeader.Kind.HELLO, 0, 0, NOTHING));
      }
    }
  }

  /** Sends the bytes of {@code body}, at most {@link MessageHeader#MAX_LENGTH}. */
  Pending send(int to, long context, long tag, ByteBuffer body) {
    if (isHere(to)) {
      deliver(to, context, tag, body);
      return Pending.DONE;
    }
    CompletableFuture<Void> end = send(to, MessageHeader.Kind.DATA, context, tag, body);
    return () -> await(to, end);
  }

  /** In memory, from the sender's thread. */
  private void deliver(int to, long context, long tag, ByteBuffer body) {
    Optional<Mailbox> other = find(to);
    if (other.isEmpty()) {
      throw failed(
          sending(to), mailbox.failure(FOR_THE_REASON).orElse("it has left the group"), null);
    }
    Delivery delivery = other.get().arrive(rank, context, tag, body.remaining());
    delivery.write(body);
    other.get().finish(delivery);
  }

  private CompletableFuture<Void> send(
      int to, MessageHeader.Kind kind, long context, long tag, ByteBuffer body) {
    try {
      CompletableFuture<Void> end = new CompletableFuture<>();
      connections.send(endpoint(to), header(to, kind, context, tag, body), body, end);
      return end;
    } catch (IOException e) {
      throw failed(sending(to), "cannot connect: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      throw killed(sending(to), e);
    }
  }

  private MessageHeader header(
      int to, MessageHeader.Kind kind, long context, long tag, ByteBuffer body) {
    return new MessageHeader(kind, members.get(to).key(), rank, to, context, tag, body.remaining());
  }

  private void await(int to, CompletableFuture<Void> sent) {
    try {
      sent.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw failed(sending(to), "it took nothing " + forTheTimeout(), e);
    } catch (ExecutionException e) {
      String reason = mailbox.failure(FOR_THE_REASON).orElse(e.getCause().getMessage());
      throw failed(sending(to), reason, e);
    } catch (InterruptedException e) {
      throw killed(sending(to), e);
    }
  }

  /** Asks for the next message of a sender, context and tag. */
  Mailbox.Request request(int from, long context, long tag, Target target) {
    return mailbox.request(from, context, tag, target);
  }

  /** Waits until the target of the request has all bytes. */
  void await(int from, Mailbox.Request request) {
    String what = "rank " + rank + " waits for " + named(from);
    try {
      request.await(timeout);
    } catch (TimeoutException e) {
      throw failed(what, "nothing came " + forTheTimeout(), e);
    } catch (ExecutionException e) {
      throw failed(what, e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      throw killed(what, e);
    }
  }

  private String sending(int to) {
    return "rank " + rank + " sends to " + named(to);
  }

  private String named(int other) {
    return "rank " + other + " (" + endpoint(other) + ")";
  }

  private String forTheTimeout() {
    return "for "
        + timeout.toMillis() / 1000.0
        + " s: its executor may be lost, stopped or cut off, or slower than"
        + " parallel.timeoutSeconds allows; the run goes on from its newest checkpoint";
  }

  private CommunicationException killed(String what, InterruptedException e) {
    Thread.currentThread().interrupt();
    return failed(what, "the task was killed", e);
  }

  private CommunicationException failed(String what, String reason, Exception cause) {
    String message = what + ": " + reason;
    fail(mailbox.failure(Duration.ZERO).orElse("rank " + rank + " gave up: " + message));
    return new CommunicationException(message, cause);
  }

  /** Tells all others why this rank gives up, and lets go of all tensors; once. */
  void fail(String reason) {
    mailbox.fail(reason);
    end(reason);
  }

  /** Why it is in vain to wait for some ranks: the group has failed, or one of them has left. */
  Optional<String> failure(List<Integer> ranks) {
    return mailbox
        .failure(Duration.ZERO)
        .or(
            () ->
                ranks.stream()
                    .flatMap(other -> mailbox.whyGone(other).stream().map(why -> gone(other, why)))
                    .findFirst());
  }

  private String gone(int other, String why) {
    return "rank " + rank + " needs " + named(other) + ": " + why;
  }

  Duration timeout() {
    return timeout;
  }

  private synchronized void end(String reason) {
    if (hasEnded) {
      return;
    }
    hasEnded = true;
    for (int to = 0; to < size(); to++) {
      if (to != rank) {
        tell(to, reason);
      }
    }
    letGo();
  }

  /** Does not wait: what cannot be told is learnt from the end of the connection. */
  private void tell(int to, String reason) {
    if (isHere(to)) {
      find(to).ifPresent(other -> other.fail(reason));
      return;
    }
    ByteBuffer text = ByteBuffer.wrap(reason.getBytes(StandardCharsets.UTF_8));
    text.limit(Math.min(text.limit(), MessageHeader.MAX_LENGTH));
    try {
      MessageHeader header = header(to, MessageHeader.Kind.ABORT, 0, 0, text);
      if (connections.isOpen(endpoint(to))) {
        connections.send(endpoint(to), header, text, new CompletableFuture<>());
      }
    } catch (IOException | InterruptedException e) {
      LOG.debug("rank {} cannot be told", to, e);
    }
  }

  private void letGo() {
    if (connections != null) {
      connections.close();
    }
    for (int to = 0; to < size(); to++) {
      if (to != rank && isHere(to)) {
        find(to).ifPresent(other -> other.leave(rank, "it has left the group"));
      }
    }
  }

  private Optional<Mailbox> find(int other) {
    return Mailboxes.find(members.get(other).key(), other);
  }

  private Endpoint endpoint(int other) {
    return members.get(other).endpoint();
  }

  private boolean isHere(int other) {
    return endpoint(other).jvm().equals(endpoint(rank).jvm());
  }

  @Override
  public void close() {
    synchronized (this) {
      if (!hasEnded) {
        hasEnded = true;
        letGo();
      }
    }
    mailbox.fail("rank " + rank + " has left the group");
    Mailboxes.close(members.get(rank).key(), rank);
  }
}
