package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Scratch;
import dev.kindling.model.tensor.Tensor;

/** Layer norm and RMS norm. */
final class CudaNorms implements AutoCloseable {
  private static final int WARP = 32;
  private static final int WARP_THREADS = 256;
  private static final long MAX_WARP_COLUMNS = 1024;
  private static final int MAX_BLOCK_THREADS = 512;
  private static final long COLUMNS_PER_BLOCK_THREAD = 16;

  /** Threads that the registers of backward leave room for on a multiprocessor. */
  private static final int BACKWARD_THREADS = 512;

  private static final long MAX_PARTS = 1024;

  /** How the kernels share the rows among threads. */
  private enum Variant {
    /** A warp for each row. */
    WARP("warp", WARP_THREADS / CudaNorms.WARP),
    /** A block for each row, no larger than it needs to be. */
    BLOCK("block", 1),
    /** A block for each row, of any length and alignment. */
    ANY("any", 1);

    private final String suffix;
    private final int rowsPerBlock;

    Variant(String suffix, int rowsPerBlock) {
      this.suffix = suffix;
      this.rowsPerBlock = rowsPerBlock;
    }
  }

  private final CudaEngine engine;
  private final CudaColumnSums columnSums;
  private final Scratch gainMemory;
  private final Scratch biasMemory;

  CudaNorms(CudaEngine engine, CudaColumnSums columnSums) {
    this.engine = engine;
    this.columnSums = columnSums;
    this.gainMemory = new Scratch(engine.memory());
    this.biasMemory = new Scratch(engine.memory());
  }

  void layerNormForward(
      Tensor input,
      Tensor gain,
      Tensor bias,
      double epsilon,
      Tensor output,
      Tensor mean,
      Tensor variance) {
    Variant variant = variant(input, gain, bias, output);
    forward("layer_norm_forward_", variant, input, gain)
        .arg(input)
        .arg(gain)
        .arg(bias)
        .arg((float) epsilon)
        .arg(output)
        .arg(mean)
        .arg(variance)
        .arg(input.dim(0))
        .arg((int) gain.numElements())
        .start();
  }

  void layerNormBackward(
      Tensor outputGradient,
      Tensor input,
      Tensor gain,
      double epsilon,
      Tensor mean,
      Tensor variance,
      Tensor inputGradient,
      boolean accumulate,
      Tensor gainGradient,
      Tensor biasGradient) {
    Variant variant = variant(input, gain, outputGradient, inputGradient);
    long numParts = numParts(variant, input, gain);
    Tensor gainParts = gainMemory.tensor(DType.F32, numParts, gain.numElements());
    Tensor biasParts = biasMemory.tensor(DType.F32, numParts, gain.numElements());
    backward("layer_norm_backward_", variant, numParts, input, gain)
        .arg(outputGradient)
        .arg(input)
        .arg(gain)
        .arg((float) epsilon)
        .arg(mean)
        .arg(variance)
        .arg(inputGradient)
        .arg(accumulate ? 1 : 0)
        .arg(gainParts)
        .arg(biasParts)
        .arg(input.dim(0))
        .arg((int) gain.numElements())
        .start();
    columnSums.addTo(Matrix.of(gainParts), gainGradient);
    if (biasGradient != null) {
      columnSums.addTo(Matrix.of(biasParts), biasGradient);
    }
  }

  void rmsNormForward(Tensor input, Tensor gain, double epsilon, Tensor output, Tensor meanSquare) {
    Variant variant = variant(input, gain, output);
    forward("rms_norm_forward_", variant, input, gain)
        .arg(input)
        .arg(gain)
        .arg((float) epsilon)
        .arg(output)
        .arg(meanSquare)
        .arg(input.dim(0))
        .arg((int) gain.numElements())
        .start();
  }

  void rmsNormBackward(
      Tensor outputGradient,
      Tensor input,
      Tensor gain,
      double epsilon,
      Tensor meanSquare,
      Tensor inputGradient,
      boolean accumulate,
      Tensor gainGradient) {
    Variant variant = variant(input, gain, outputGradient, inputGradient);
    long numParts = numParts(variant, input, gain);
    Tensor gainParts = gainMemory.tensor(DType.F32, numParts, gain.numElements());
    backward("rms_norm_backward_", variant, numParts, input, gain)
        .arg(outputGradient)
        .arg(input)
        .arg(gain)
        .arg((float) epsilon)
        .arg(meanSquare)
        .arg(inputGradient)
        .arg(accumulate ? 1 : 0)
        .arg(gainParts)
        .arg(input.dim(0))
        .arg((int) gain.numElements())
        .start();
    columnSums.addTo(Matrix.of(gainParts), gainGradient);
  }

  private Launch forward(String kernel, Variant variant, Tensor input, Tensor gain) {
    return engine
        .kernel("norms", input.dtype(), kernel + variant.suffix)
        .grid(Tiling.numTiles(input.dim(0), variant.rowsPerBlock))
        .block(numThreads(variant, gain.numElements()));
  }

  private Launch backward(
      String kernel, Variant variant, long numParts, Tensor input, Tensor gain) {
    return engine
        .kernel("norms", input.dtype(), kernel + variant.suffix)
        .grid(numParts)
        .block(numThreads(variant, gain.numElements()));
  }

  /** Blocks of backward, each of which leaves a sum over its rows: no more than run at a time. */
  private long numParts(Variant variant, Tensor input, Tensor gain) {
    int numThreads = numThreads(variant, gain.numElements());
    long numBlocks = (long) BACKWARD_THREADS / numThreads * engine.numMultiprocessors();
    return Math.min(
        Math.min(numBlocks, MAX_PARTS), Tiling.numTiles(input.dim(0), variant.rowsPerBlock));
  }

  private static Variant variant(Tensor input, Tensor gain, Tensor... others) {
    long numColumns = gain.numElements();
    boolean vectors =
        Tiling.hasVectorRows(input.dtype(), numColumns, input, gain)
            && CudaEngine.isAligned(others);
    if (!vectors || numColumns > MAX_BLOCK_THREADS * COLUMNS_PER_BLOCK_THREAD) {
      return Variant.ANY;
    }
    return numColumns <= MAX_WARP_COLUMNS ? Variant.WARP : Variant.BLOCK;
  }

  private static int numThreads(Variant variant, long numColumns) {
    return switch (variant) {
      case WARP -> WARP_THREADS;
      case BLOCK -> wholeWarps(Tiling.numTiles(numColumns, COLUMNS_PER_BLOCK_THREAD));
      case ANY -> wholeWarps(Math.min(numColumns, MAX_BLOCK_THREADS));
    };
  }

  private static int wholeWarps(long numThreads) {
    return (int) Tiling.numTiles(numThreads, WARP) * WARP;
  }

  @Override
  public void close() {
    gainMemory.close();
    biasMemory.close();
  }
}
