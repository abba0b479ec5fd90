package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.Dropout;
import dev.kindling.model.tensor.Tensor;

/** Dropout of tensors of samples. */
final class CudaDropout {
  private final ElementKernels kernels;

  CudaDropout(CudaEngine engine) {
    this.kernels = new ElementKernels(engine, "dropout");
  }

  void apply(Tensor source, Dropout dropout, Tensor target) {
    Dropout.Columns columns = dropout.columns();
    int vectorSize = Tiling.vectorSize(source.dtype());
    boolean vectors = columns.count() % vectorSize == 0 && CudaEngine.isAligned(source, target);
    int tilesPerSample =
        ElementKernels.numTiles(dropout.elementsPerSample(), vectors ? vectorSize : 1);
    long numSamples = source.numElements() / dropout.elementsPerSample();
    kernels
        .variant(source.dtype(), "dropout", vectors)
        .grid(numSamples * tilesPerSample)
        .arg(source)
        .arg(target)
        .arg(dropout.elementsPerSample())
        .arg(tilesPerSample)
        .arg(dropout.key())
        .arg(dropout.firstSample())
        .arg(dropout.threshold())
        .arg(dropout.scale())
        .arg(columns.count())
        .arg(columns.whole())
        .arg(columns.first())
        .start();
  }
}
