package dev.kindling.spark.communicate;

import dev.kindling.model.backend.DeviceGroup;
import dev.kindling.model.backend.DeviceGroups;
import dev.kindling.model.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Consumer;

/** Groups of the GPUs of this JVM, which begin a collective and end it when all have begun it. */
public record FakeGroups(FakeGpu gpu, String device, Optional<String> obstacle)
    implements DeviceGroups {
  private static final Map<UUID, Shared> GROUPS = new ConcurrentHashMap<>();

  @Override
  public int keyBytes() {
    return 16;
  }

  @Override
  public byte[] newKey() {
    UUID key = UUID.randomUUID();
    return ByteBuffer.allocate(keyBytes())
        .putLong(key.getMostSignificantBits())
        .putLong(key.getLeastSignificantBits())
        .array();
  }

  @Override
  public DeviceGroup join(byte[] key, int rank, int size) {
    ByteBuffer bytes = ByteBuffer.wrap(key);
    UUID name = new UUID(bytes.getLong(), bytes.getLong());
    Shared shared = GROUPS.computeIfAbsent(name, missing -> new Shared(size));
    try {
      shared.joining.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
    return new End(gpu, rank, shared);
  }

  /** What the ranks of a group have in common. */
  private static final class Shared {
    final int size;
    final CyclicBarrier joining;
    final List<Meeting> meetings = new ArrayList<>();
    final List<Tensor> targets = new ArrayList<>();
    private boolean isAborted;

    Shared(int size) {
      this.size = size;
      this.joining = new CyclicBarrier(size);
    }

    /** From now on nothing is read or written for any rank. */
    synchronized void abort() {
      isAborted = true;
    }

    /**
     * The rank comes to its n-th collective, which is done when all have come to it and have what
     * was on their streams before behind them.
     */
    CompletableFuture<Void> meet(
        int rank,
        int number,
        Tensor tensor,
        CompletableFuture<Void> before,
        Consumer<List<Tensor>> collective) {
      Meeting meeting;
      boolean isLast;
      synchronized (this) {
        if (number == meetings.size()) {
          meetings.add(new Meeting(size));
        }
        meeting = meetings.get(number);
        meeting.tensors[rank] = FakeGpu.onHost(tensor);
        meeting.before.add(before);
        isLast = meeting.before.size() == size;
      }
      if (isLast) {
        Thread devices = new Thread(() -> run(meeting, collective), "collective");
        devices.setDaemon(true);
        devices.start();
      }
      return meeting.end;
    }

    private void run(Meeting meeting, Consumer<List<Tensor>> collective) {
      meeting.before.forEach(CompletableFuture::join);
      synchronized (this) {
        if (isAborted) {
          return;
        }
        collective.accept(Arrays.asList(meeting.tensors));
      }
      meeting.end.complete(null);
    }
  }

  private static final class Meeting {
    final Tensor[] tensors;
    final CompletableFuture<Void> end = new CompletableFuture<>();
    final List<CompletableFuture<Void>> before = new ArrayList<>();

    Meeting(int size) {
      this.tensors = new Tensor[size];
    }
  }

  /** One rank's end. */
  private static final class End implements DeviceGroup {
    private final FakeGpu gpu;
    private final int rank;
    private final Shared shared;
    private final List<CompletableFuture<Void>> begun = new ArrayList<>();
    private boolean isOver;

    End(FakeGpu gpu, int rank, Shared shared) {
      this.gpu = gpu;
      this.rank = rank;
      this.shared = shared;
    }

    private synchronized void begin(Tensor tensor, Consumer<List<Tensor>> collective) {
      if (isOver) {
        throw new IllegalStateException("the group is over");
      }
      CompletableFuture<Void> end =
          shared.meet(rank, begun.size(), tensor, gpu.end(), collective).thenRun(() -> {});
      begun.add(end);
      gpu.enqueue(end);
    }

    @Override
    public void sumInPlace(Tensor tensor) {
      begin(
          tensor,
          all -> {
            double[] sum = new double[(int) tensor.numElements()];
            for (Tensor each : all) {
              double[] summand = each.toDoubles();
              Arrays.setAll(sum, i -> sum[i] + summand[i]);
            }
            all.forEach(each -> each.setDoubles(sum));
          });
    }

    @Override
    public void gather(Tensor own, Tensor all) {
      Tensor target = FakeGpu.onHost(all);
      synchronized (shared) {
        shared.targets.add(target);
      }
      begin(
          own,
          owns -> {
            double[] gathered =
                owns.stream().flatMapToDouble(each -> Arrays.stream(each.toDoubles())).toArray();
            shared.targets.forEach(each -> each.setDoubles(gathered));
            shared.targets.clear();
          });
    }

    @Override
    public void broadcastInPlace(Tensor tensor, int root) {
      begin(tensor, all -> all.forEach(each -> each.setDoubles(all.get(root).toDoubles())));
    }

    @Override
    public synchronized Progress progress() {
      return new Progress(begun.size(), begun.stream().filter(CompletableFuture::isDone).count());
    }

    @Override
    public synchronized void abort() {
      shared.abort();
      isOver = true;
      begun.forEach(end -> end.complete(null));
    }

    @Override
    public void close() {
      if (progress().isUnderway()) {
        abort();
      }
    }
  }
}
