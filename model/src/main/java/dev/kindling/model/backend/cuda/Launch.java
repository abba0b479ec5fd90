package dev.kindling.model.backend.cuda;

import static dev.kindling.model.backend.cuda.CudaStatus.check;

import dev.kindling.model.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * One start of a kernel: its grid, its blocks and its arguments in the order and of the types of
 * its parameters. There is one of them, which is used again and again.
 */
final class Launch implements AutoCloseable {
  private static final int MOST_ARGUMENTS = 64;

  private final CudaEngine engine;
  private final LongPointer slots = new LongPointer(MOST_ARGUMENTS);
  private final ByteBuffer values = slots.asByteBuffer().order(ByteOrder.nativeOrder());
  private final PointerPointer<Pointer> arguments = new PointerPointer<>(MOST_ARGUMENTS);

  private KernelModule.Function function;
  private int numArguments;
  private long gridX;
  private int gridY;
  private int gridZ;
  private int blockX;
  private int blockY;
  private int sharedBytes;

  Launch(CudaEngine engine) {
    this.engine = engine;
    for (int i = 0; i < MOST_ARGUMENTS; i++) {
      arguments.put(i, slots.getPointer(i));
    }
  }

  Launch of(KernelModule.Function newFunction) {
    function = newFunction;
    numArguments = 0;
    sharedBytes = 0;
    return grid(1).block(1);
  }

  /** Blocks of the grid; 0 starts nothing. */
  Launch grid(long x) {
    return grid(x, 1, 1);
  }

  /** Blocks of the grid; at most 65,535 in y and z. */
  Launch grid(long x, int y, int z) {
    gridX = x;
    gridY = y;
    gridZ = z;
    return this;
  }

  /** Threads of a block. */
  Launch block(int threads) {
    return block(threads, 1);
  }

  /** Threads of a block. */
  Launch block(int x, int y) {
    blockX = x;
    blockY = y;
    return this;
  }

  /** Bytes of dynamic shared memory of a block. */
  Launch shared(int numBytes) {
    sharedBytes = numBytes;
    return this;
  }

  /** A pointer to a tensor's first element; null for none. */
  Launch arg(Tensor tensor) {
    return arg(tensor == null ? 0L : CudaEngine.address(tensor));
  }

  /** An address, or an integer of 64 bits. */
  Launch arg(long value) {
    values.putLong(Long.BYTES * numArguments++, value);
    return this;
  }

  /** An integer of 32 bits. */
  Launch arg(int value) {
    return arg(value & 0xFFFFFFFFL);
  }

  /** A float. */
  Launch arg(float value) {
    return arg(Float.floatToRawIntBits(value));
  }

  /** A double. */
  Launch arg(double value) {
    return arg(Double.doubleToRawLongBits(value));
  }

  /** Starts the kernel behind all that were started before; does not wait for it. */
  void start() {
    if (gridX == 0 || gridY == 0 || gridZ == 0) {
      return;
    }
    GraphRecorder recorder = engine.recorder();
    recorder.add(function.handle().address());
    recorder.add(gridX << 32 | (long) gridY << 16 | gridZ);
    recorder.add((long) blockX << 42 | (long) blockY << 32 | sharedBytes);
    for (int i = 0; i < numArguments; i++) {
      recorder.add(values.getLong(Long.BYTES * i));
    }
    if (recorder.isListening()) {
      return;
    }
    function.allowShared(sharedBytes);
    check(
        cudart.cuLaunchKernel(
            function.handle(),
            Math.toIntExact(gridX),
            gridY,
            gridZ,
            blockX,
            blockY,
            1,
            sharedBytes,
            engine.stream(),
            arguments,
            (PointerPointer<?>) null),
        "start the kernel " + function.name());
  }

  @Override
  public void close() {
    slots.close();
    arguments.close();
  }
}
