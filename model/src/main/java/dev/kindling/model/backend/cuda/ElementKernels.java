package dev.kindling.model.backend.cuda;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;

/**
 * The kernels of a source that go over flat tensors element by element, in two variants: one reads
 * 16 bytes at a time of tensors that are aligned to them, the other takes any. The numbers are
 * those of {@code elements.cuh}.
 */
final class ElementKernels {
  /** Threads of a block. */
  static final int THREADS = 256;

  private static final int VECTORS_PER_THREAD = 2;

  private final CudaEngine engine;
  private final String source;

  ElementKernels(CudaEngine engine, String source) {
    this.engine = engine;
    this.source = source;
  }

  /** Blocks for this many elements of which each thread reads {@code count} at a time. */
  static int numTiles(long numElements, int count) {
    long tile = (long) THREADS * VECTORS_PER_THREAD * count;
    return Math.toIntExact(Tiling.numTiles(numElements, tile));
  }

  /** A kernel for all elements, its first arguments set: the tensors and how many elements. */
  Launch over(DType dtype, String name, Tensor... tensors) {
    boolean vectors = CudaEngine.isAligned(tensors);
    long numElements = tensors[0].numElements();
    Launch launch =
        variant(dtype, name, vectors)
            .grid(numTiles(numElements, vectors ? Tiling.vectorSize(dtype) : 1));
    for (Tensor tensor : tensors) {
      launch.arg(tensor);
    }
    return launch.arg(numElements);
  }

  /** One of the two variants of a kernel, with its block set. */
  Launch variant(DType dtype, String name, boolean vectors) {
    return engine.kernel(source, dtype, vectors ? name + "_vectors" : name).block(THREADS);
  }
}
