package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.AdamWUpdate;
import dev.kindling.model.backend.DecayRange;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Scratch;
import dev.kindling.model.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** AdamW in one kernel for all ranges, and the norm that its gradients are clipped by. */
final class CudaOptimizer implements AutoCloseable {
  /** Bytes of a {@code decay_range}: where it ends, and its weight decay. */
  private static final int RANGE_BYTES = Long.BYTES + Double.BYTES;

  /** The most blocks that sum squares: as many on every GPU, so that all get the same bits. */
  private static final int MAX_SUMS = 1024;

  private final CudaEngine engine;
  private final ElementKernels kernels;
  private final Scratch sums;

  /** On the device, by the ranges that they hold. */
  private final Map<List<DecayRange>, OffHeapMemory> tables = new HashMap<>();

  CudaOptimizer(CudaEngine engine) {
    this.engine = engine;
    this.kernels = new ElementKernels(engine, "optimizer");
    this.sums = new Scratch(engine.memory());
  }

  void adamWInPlace(
      Tensor parameters,
      Tensor gradients,
      Tensor firstMoments,
      Tensor secondMoments,
      List<DecayRange> ranges,
      AdamWUpdate update) {
    OffHeapMemory table = tables.get(ranges);
    if (table == null) {
      table = upload(mergedNeighbours(ranges));
      tables.put(List.copyOf(ranges), table);
    }
    kernels
        .over(DType.F32, "adamw", parameters, gradients, firstMoments, secondMoments)
        .arg(table.tensor(0, DType.I32, table.numBytes() / DType.I32.bytes()))
        .arg(Math.toIntExact(table.numBytes() / RANGE_BYTES))
        .arg(update.learningRate())
        .arg((float) (update.learningRate() / update.firstCorrection()))
        .arg((float) update.beta1())
        .arg((float) (1 - update.beta1()))
        .arg((float) update.beta2())
        .arg((float) (1 - update.beta2()))
        .arg((float) update.epsilon())
        .arg((float) update.gradientScale())
        .arg((float) (1 / Math.sqrt(update.secondCorrection())))
        .start();
  }

  private static List<DecayRange> mergedNeighbours(List<DecayRange> ranges) {
    List<DecayRange> merged = new ArrayList<>();
    for (DecayRange range : ranges) {
      int last = merged.size() - 1;
      if (last >= 0 && merged.get(last).weightDecay() == range.weightDecay()) {
        long start = merged.get(last).start();
        merged.set(last, new DecayRange(start, range.end(), range.weightDecay()));
      } else {
        merged.add(range);
      }
    }
    return merged;
  }

  private OffHeapMemory upload(List<DecayRange> ranges) {
    // A pass that is recorded would copy it later, if at all.
    engine.recorder().requireDirect();
    ByteBuffer bytes =
        ByteBuffer.allocate(ranges.size() * RANGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (DecayRange range : ranges) {
      bytes.putLong(range.end()).putDouble(range.weightDecay());
    }
    OffHeapMemory table = engine.memory().allocateUndefined(bytes.capacity());
    int numWords = bytes.capacity() / DType.I32.bytes();
    table.tensor(0, DType.I32, numWords).writeBytes(0, numWords, bytes.array(), 0);
    return table;
  }

  double squaredNorm(Tensor source) {
    int vectorSize = Tiling.vectorSize(DType.F32);
    int numSums = Math.min(MAX_SUMS, ElementKernels.numTiles(source.numElements(), vectorSize));
    Tensor sumsAndTotal = sums.tensor(DType.F64, MAX_SUMS + 1);
    Tensor total = sumsAndTotal.slice(MAX_SUMS, 1);
    kernels.over(DType.F32, "squares", source).grid(numSums).arg(sumsAndTotal).start();
    engine
        .kernel("optimizer", DType.F32, "sum_of_squares")
        .grid(1)
        .block(ElementKernels.THREADS)
        .arg(sumsAndTotal)
        .arg(numSums)
        .arg(total)
        .start();
    return total.toDoubles()[0];
  }

  @Override
  public void close() {
    sums.close();
    tables.values().forEach(OffHeapMemory::close);
  }
}
