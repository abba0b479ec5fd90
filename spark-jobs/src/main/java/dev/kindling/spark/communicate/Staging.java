package dev.kindling.spark.communicate;

import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/**
 * Copies of tensors of a device in the memory of the host, which is where the network sends from
 * and receives into. The memory is kept from copy to copy. Not thread-safe.
 */
final class Staging implements AutoCloseable {
  /** What is copied at once of a tensor that is worked on part by part. */
  static final int PART_BYTES = 64 << 20;

  private final List<OffHeapMemory> free = new ArrayList<>();
  private final List<OffHeapMemory> used = new ArrayList<>();

  /** A place on the host for as much as a tensor, with its type and shape. */
  private static Tensor place(OffHeapMemory memory, Tensor tensor) {
    return memory.tensor(0, tensor.dtype(), tensor.shape());
  }

  /** Works on a tensor where the host has it: every part is copied there, and back. */
  void inPlace(Tensor tensor, Consumer<Tensor> work) {
    long elements = PART_BYTES / tensor.dtype().bytes();
    for (long first = 0; first < tensor.numElements(); first += elements) {
      Tensor part = tensor.slice(first, Math.min(elements, tensor.numElements() - first));
      with(
          part,
          host -> {
            host.copyFrom(part);
            work.accept(host);
            part.copyFrom(host);
          });
    }
  }

  /** Reads a tensor where the host has a copy of all of it. */
  void read(Tensor tensor, Consumer<Tensor> reader) {
    with(
        tensor,
        host -> {
          host.copyFrom(tensor);
          reader.accept(host);
        });
  }

  /** Writes all of a tensor on the host, to be copied then. */
  void write(Tensor tensor, Consumer<Tensor> writer) {
    with(
        tensor,
        host -> {
          writer.accept(host);
          tensor.copyFrom(host);
        });
  }

  private void with(Tensor tensor, Consumer<Tensor> job) {
    OffHeapMemory memory = take(tensor.numBytes());
    try {
      job.accept(place(memory, tensor));
    } finally {
      giveBack(memory);
    }
  }

  /**
   * Sends a copy of a tensor.
   *
   * @param sender begins, and gives back what is to be waited for before the copy is changed
   */
  Pending send(Tensor tensor, Sender sender) {
    OffHeapMemory memory = take(tensor.numBytes());
    Tensor host = place(memory, tensor);
    host.copyFrom(tensor);
    Pending sent = sender.send(host);
    if (sent == Pending.DONE) {
      giveBack(memory);
      return sent;
    }
    return new Pending() {
      private boolean isDone;

      @Override
      public void await() {
        if (!isDone) {
          sent.await();
          isDone = true;
          giveBack(memory);
        }
      }
    };
  }

  /** Begins to send a tensor of the host. */
  interface Sender {
    Pending send(Tensor host);
  }

  private OffHeapMemory take(long numBytes) {
    OffHeapMemory taken = null;
    Iterator<OffHeapMemory> all = free.iterator();
    while (taken == null && all.hasNext()) {
      OffHeapMemory each = all.next();
      if (each.numBytes() >= numBytes) {
        taken = each;
        all.remove();
      }
    }
    if (taken == null) {
      taken = OffHeapMemory.allocateUndefined(numBytes);
    }
    used.add(taken);
    return taken;
  }

  private void giveBack(OffHeapMemory memory) {
    used.remove(memory);
    free.add(memory);
  }

  /** What is being sent is freed too: to be called when nothing is. */
  @Override
  public void close() {
    free.forEach(OffHeapMemory::close);
    used.forEach(OffHeapMemory::close);
    free.clear();
    used.clear();
  }
}
