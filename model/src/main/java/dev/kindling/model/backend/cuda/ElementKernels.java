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

  private static final int VECTOR_BYTES = 16;
  private static final int VECTORS_PER_THREAD = 2;

  private final CudaEngine engine;
  private final String source;

  ElementKernels(CudaEngine engine, String source) {
    this.engine = engine;
    this.source = source;
  }

  /** Elements that a kernel compiled for a type reads at a time, if it can. */
  static int vectorSize(DType dtype) {
    return VECTOR_BYTES / dtype.bytes();
  }

  /** Blocks for this many elements of which each thread reads {@code count} at a time. */
  static int numTiles(long numElements, int count) {
    long tile = (long) THREADS * VECTORS_PER_THREAD * count;
    return Math.toIntExact((numElements + tile - 1) / tile);
  }

  /** A kernel for all elements, its first arguments set: the tensors and how many elements. */
  Launch over(DType dtype, String name, Tensor... tensors) {
    boolean vectors = CudaEngine.isAligned(tensors);
    long numElements = tensors[0].numElements();
    Launch launch =
        variant(dtype, name, vectors).grid(numTiles(numElements, vectors ? vectorSize(dtype) : 1));
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
