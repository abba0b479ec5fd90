package dev.kindling.spark.communicate;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Scratch;
import dev.kindling.model.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * The collectives of a group, or of some of its ranks. Small tensors are exchanged directly and
 * reduced in the order of the ranks; large ones go around a ring. Those that lie on a device are
 * copied to the host and back.
 */
final class GroupCommunicator implements Communicator {
  /** Tensors of at most so many bytes, all ranks together, are exchanged directly. */
  private static final long EXCHANGED_BYTES = 256 << 10;

  private static final long IN_BACKGROUND = 0x5A5A_5A5A_0000_0001L;

  private final Group group;
  private final List<Integer> members;
  private final int rank;
  private final long context;
  private final boolean isWhole;
  private final LongAdder bytesSent = new LongAdder();
  private final LongAdder bytesReceived = new LongAdder();
  private final LongAdder nanosWaited = new LongAdder();
  private final Scratch gathered = new Scratch();
  private final Scratch widened = new Scratch();
  private final Staging staging = new Staging();
  private long numCollectives;
  private final Map<List<Integer>, Integer> numSubgroups = new HashMap<>();
  private BackgroundAllReduce background;

  /** All ranks of a group. */
  GroupCommunicator(Group group) {
    this(group, IntStream.range(0, group.size()).boxed().toList(), 0, true);
  }

  private GroupCommunicator(Group group, List<Integer> members, long context, boolean isWhole) {
    this.group = group;
    this.members = List.copyOf(members);
    this.rank = members.indexOf(group.rank());
    this.context = context;
    this.isWhole = isWhole;
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return members.size();
  }

  @Override
  public Pending send(Tensor tensor, int to, long tag) {
    requireUserTag(tag);
    return tensor.isOnHost()
        ? sendParts(tensor, to, tag)
        : staging.send(tensor, host -> sendParts(host, to, tag));
  }

  @Override
  public void receive(Tensor tensor, int from, long tag) {
    requireUserTag(tag);
    if (tensor.isOnHost()) {
      requestParts(tensor, from, tag).await();
    } else {
      staging.write(tensor, host -> requestParts(host, from, tag).await());
    }
  }

  private static void requireUserTag(long tag) {
    if (tag < 0) {
      throw new IllegalArgumentException("tag " + tag + " is negative: those are for collectives");
    }
  }

  private Pending sendParts(Tensor tensor, int to, long tag) {
    return inOrder(parts(tensor).stream().map(part -> sendPart(part, to, tag)).toList());
  }

  private Pending requestParts(Tensor tensor, int from, long tag) {
    List<Mailbox.Request> requests =
        parts(tensor).stream()
            .map(part -> request(Target.place(part.byteBuffer()), from, tag))
            .toList();
    return () -> requests.forEach(request -> await(from, request));
  }

  private static Pending inOrder(List<Pending> each) {
    List<Pending> underway = each.stream().filter(pending -> pending != Pending.DONE).toList();
    return underway.isEmpty() ? Pending.DONE : () -> underway.forEach(Pending::await);
  }

  private static List<Tensor> parts(Tensor tensor) {
    return parts(tensor, MessageHeader.MAX_LENGTH);
  }

  private static List<Tensor> parts(Tensor tensor, int mostBytes) {
    long elements = mostBytes / tensor.dtype().bytes();
    List<Tensor> parts = new ArrayList<>();
    for (long first = 0; first < tensor.numElements(); first += elements) {
      parts.add(tensor.slice(first, Math.min(elements, tensor.numElements() - first)));
    }
    return parts;
  }

  /** Begins to send at most {@link MessageHeader#MAX_LENGTH} bytes. */
  Pending sendPart(Tensor part, int to, long tag) {
    bytesSent.add(part.numBytes());
    Pending sent = group.send(members.get(to), context, tag, part.byteBuffer());
    return sent == Pending.DONE ? sent : () -> timed(sent);
  }

  /** Asks for at most {@link MessageHeader#MAX_LENGTH} bytes. */
  Mailbox.Request request(Target target, int from, long tag) {
    return group.request(members.get(from), context, tag, target);
  }

  /** Waits for them. */
  void await(int from, Mailbox.Request request) {
    timed(() -> group.await(members.get(from), request));
    bytesReceived.add(request.target().length());
  }

  private void timed(Pending pending) {
    long started = System.nanoTime();
    pending.await();
    nanosWaited.add(System.nanoTime() - started);
  }

  private long nextTag() {
    return - ++numCollectives;
  }

  @Override
  public void allReduceSumInPlace(Tensor tensor) {
    Reduction.check(tensor);
    if (mustBeCopied(tensor)) {
      staging.inPlace(tensor, this::allReduceSumInPlace);
    } else if (tensor.dtype() == DType.BF16 && size() > 2) {
      allReduceWidened(tensor);
    } else {
      allReduce(Reduction.SUM, tensor);
    }
  }

  @Override
  public void allReduceMaxInPlace(Tensor tensor) {
    Reduction.check(tensor);
    if (mustBeCopied(tensor)) {
      staging.inPlace(tensor, host -> allReduce(Reduction.MAX, host));
    } else {
      allReduce(Reduction.MAX, tensor);
    }
  }

  /** A group of one does nothing. */
  private boolean mustBeCopied(Tensor tensor) {
    return !tensor.isOnHost() && size() > 1;
  }

  private void allReduce(Reduction reduction, Tensor tensor) {
    if (size() == 1 || tensor.numElements() == 0) {
      return;
    }
    if (tensor.numBytes() * size() <= EXCHANGED_BYTES) {
      exchange(reduction, tensor);
    } else {
      new RingAllReduce(this, reduction, tensor, nextTag()).run();
    }
  }

  private void exchange(Reduction reduction, Tensor tensor) {
    Tensor all = gathered.tensor(tensor.dtype(), size(), tensor.numElements());
    allGather(tensor, all);
    tensor.byteBuffer().put(all.slice(0, tensor.numElements()).byteBuffer());
    for (int from = 1; from < size(); from++) {
      Tensor other = all.slice(from * tensor.numElements(), tensor.numElements());
      reduction.reduceInPlace(tensor, other);
    }
  }

  /** More than two BF16 are summed up in F32, and the sum is rounded once. */
  private void allReduceWidened(Tensor tensor) {
    Tensor floats = widened.tensor(DType.F32, tensor.numElements());
    List<Tensor> halfParts = parts(tensor);
    List<Tensor> floatParts = parts(floats, MessageHeader.MAX_LENGTH * 2);
    for (int i = 0; i < halfParts.size(); i++) {
      Halves.widen(
          bytes(halfParts.get(i)).asShortBuffer(), bytes(floatParts.get(i)).asFloatBuffer());
    }
    allReduce(Reduction.SUM, floats);
    for (int i = 0; i < halfParts.size(); i++) {
      Halves.narrow(
          bytes(floatParts.get(i)).asFloatBuffer(), bytes(halfParts.get(i)).asShortBuffer());
    }
  }

  private static ByteBuffer bytes(Tensor tensor) {
    return tensor.byteBuffer().order(ByteOrder.nativeOrder());
  }

  @Override
  public Pending allReduceSumInPlaceLater(Tensor tensor) {
    if (background == null) {
      background =
          new BackgroundAllReduce(
              new GroupCommunicator(group, members, context ^ IN_BACKGROUND, false));
    }
    return background.begin(tensor);
  }

  @Override
  public void allGather(Tensor own, Tensor all) {
    checkGather(own, all);
    if (all.isOnHost() && own.isOnHost()) {
      gather(own, all);
    } else {
      staging.write(all, host -> staging.read(own, ownHost -> gather(ownHost, host)));
    }
  }

  /** Refuses what does not go together. */
  void checkGather(Tensor own, Tensor all) {
    if (all.numElements() != own.numElements() * size() || all.dtype() != own.dtype()) {
      throw new IllegalArgumentException(
          all + " was given for the tensors of " + size() + " ranks, each " + own);
    }
  }

  private void gather(Tensor own, Tensor all) {
    long tag = nextTag();
    List<Pending> pending = new ArrayList<>();
    for (int other = 0; other < size(); other++) {
      Tensor place = all.slice(other * own.numElements(), own.numElements());
      if (other != rank) {
        pending.add(requestParts(place, other, tag));
      } else if (place.address() != own.address()) {
        copy(own, place);
      }
    }
    pending.addAll(sendToOthers(own, tag));
    inOrder(pending).await();
  }

  private static void copy(Tensor source, Tensor target) {
    List<Tensor> from = parts(source);
    List<Tensor> to = parts(target);
    for (int i = 0; i < from.size(); i++) {
      to.get(i).byteBuffer().put(from.get(i).byteBuffer());
    }
  }

  private List<Pending> sendToOthers(Tensor tensor, long tag) {
    List<Pending> sent = new ArrayList<>();
    for (int to = 0; to < size(); to++) {
      if (to != rank) {
        sent.add(sendParts(tensor, to, tag));
      }
    }
    return sent;
  }

  @Override
  public void broadcastInPlace(Tensor tensor, int root) {
    if (mustBeCopied(tensor)) {
      staging.inPlace(tensor, host -> broadcast(host, root));
    } else {
      broadcast(tensor, root);
    }
  }

  private void broadcast(Tensor tensor, int root) {
    long tag = nextTag();
    if (rank == root) {
      inOrder(sendToOthers(tensor, tag)).await();
    } else {
      requestParts(tensor, root, tag).await();
    }
  }

  @Override
  public GroupCommunicator subgroup(List<Integer> ranks) {
    List<Integer> inGroup = ranks.stream().map(members::get).toList();
    if (!inGroup.contains(group.rank())) {
      throw new IllegalArgumentException(
          "rank " + rank + " is none of the subgroup " + ranks + " that it asked for");
    }
    return new GroupCommunicator(group, inGroup, contextOf(inGroup), false);
  }

  /** The same for all ranks of a subgroup, whatever others they are in. */
  private long contextOf(List<Integer> ranks) {
    long hash = 31 * context + numSubgroups.merge(ranks, 1, Integer::sum);
    for (int member : ranks) {
      hash = (hash ^ member) * 0x9E37_79B9_7F4A_7C15L;
      hash ^= hash >>> 29;
    }
    return hash;
  }

  @Override
  public void abort(Throwable cause) {
    abort(cause.toString());
  }

  /** Tells the others that this rank gives up. */
  void abort(String cause) {
    group.fail("rank " + group.rank() + " gave up: " + cause);
  }

  /** Why this rank would wait in vain for others of these: the group failed, or one has left. */
  Optional<String> failure() {
    return group.failure(members);
  }

  /** How long every wait may take. */
  Duration timeout() {
    return group.timeout();
  }

  @Override
  public CommunicatorStats stats() {
    CommunicatorStats own =
        new CommunicatorStats(bytesSent.sum(), bytesReceived.sum(), nanosWaited.sum() / 1e9);
    return background == null ? own : own.plus(background.stats());
  }

  @Override
  public void close() {
    if (background != null) {
      background.close();
    }
    if (isWhole) {
      group.close();
    }
    gathered.close();
    widened.close();
    staging.close();
  }
}
