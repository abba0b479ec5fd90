package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.Matrix;
import dev.kindling.model.backend.VocabularyPart;
import dev.kindling.model.backend.VocabularyProjection;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Scratch;
import dev.kindling.model.tensor.Tensor;

/** Cross-entropy over the vocabulary; the logits of one chunk of tokens exist at a time. */
final class CudaVocabularyLoss implements AutoCloseable {
  private static final int THREADS = 512;

  /** Rows of logits begin where vectors do, whatever the size of the vocabulary. */
  private static final long STRIDE_STEP = 64;

  private final CudaEngine engine;
  private final CudaMatmul matmul;
  private final CudaColumnSums columnSums;
  private final Scratch logitMemory;
  private final Scratch gradientMemory;
  private final Scratch statisticsMemory;
  private final Scratch exchangeMemory;
  private final Scratch scaleMemory;

  CudaVocabularyLoss(CudaEngine engine, CudaMatmul matmul, CudaColumnSums columnSums) {
    this.engine = engine;
    this.matmul = matmul;
    this.columnSums = columnSums;
    this.logitMemory = new Scratch(engine.memory());
    this.gradientMemory = new Scratch(engine.memory());
    this.statisticsMemory = new Scratch(engine.memory());
    this.exchangeMemory = new Scratch(engine.memory());
    this.scaleMemory = new Scratch(engine.memory());
  }

  /** Losses without gradients. */
  void forward(
      Tensor hidden,
      VocabularyProjection projection,
      Tensor targets,
      int rowsPerChunk,
      Tensor losses) {
    for (long first = 0; first < hidden.dim(0); first += rowsPerChunk) {
      int count = (int) Math.min(rowsPerChunk, hidden.dim(0) - first);
      new Chunk(hidden, projection, targets, losses, first, count).computeLosses(null);
    }
  }

  /** Losses and all gradients. */
  void forwardBackward(
      Tensor hidden,
      VocabularyProjection projection,
      Tensor targets,
      int rowsPerChunk,
      double gradientScale,
      Tensor losses,
      Tensor hiddenGradient) {
    // Not as an argument of kernels: it differs from batch to batch, and graphs have theirs fixed.
    Tensor scale = scaleMemory.tensor(DType.F32, 1);
    scale.setFloat(0, (float) gradientScale);
    for (long first = 0; first < hidden.dim(0); first += rowsPerChunk) {
      int count = (int) Math.min(rowsPerChunk, hidden.dim(0) - first);
      Chunk chunk = new Chunk(hidden, projection, targets, losses, first, count);
      chunk.computeLosses(scale);
      chunk.propagate(hiddenGradient);
    }
  }

  /** Rows {@code first} to {@code first + count}. */
  private final class Chunk {
    private final VocabularyProjection projection;
    private final Tensor hidden;
    private final Tensor targets;
    private final Tensor losses;
    private final long first;
    private final int count;
    private final int numTokens;
    private final Matrix logits;

    /** The gradient of the logits in the type of the weights; for F32, the logits' own memory. */
    private final Matrix gradients;

    Chunk(
        Tensor hidden,
        VocabularyProjection projection,
        Tensor targets,
        Tensor losses,
        long first,
        int count) {
      this.projection = projection;
      this.hidden = rows(hidden, first, count);
      this.targets = targets.slice(first, count);
      this.losses = losses.slice(first, count);
      this.first = first;
      this.count = count;
      this.numTokens = Math.toIntExact(projection.weight().dim(0));
      this.logits = padded(logitMemory, DType.F32);
      DType dtype = hidden.dtype();
      this.gradients = dtype == DType.F32 ? logits : padded(gradientMemory, dtype);
    }

    private Matrix padded(Scratch memory, DType dtype) {
      long stride = (numTokens + STRIDE_STEP - 1) / STRIDE_STEP * STRIDE_STEP;
      return Matrix.of(memory.tensor(dtype, count, stride)).columns(0, numTokens);
    }

    /**
     * The losses and, with the scale of its gradient on the GPU, the gradient of the logits.
     *
     * @param gradientScale [1]; null for no gradient
     */
    void computeLosses(Tensor gradientScale) {
      Matrix weight = Matrix.of(projection.weight()).transposed();
      matmul.multiply(
          Matrix.of(hidden), weight, projection.scale(), projection.bias(), logits, false);
      VocabularyPart part = projection.part();
      if (!part.group().isSliced()) {
        withGradient(kernel("vocabulary_loss").arg(losses), gradientScale).start();
        return;
      }
      Tensor statistics = statisticsMemory.tensor(DType.F32, 2, count);
      Tensor logSums = statistics.slice(0, count);
      Tensor targetLogits = statistics.slice(count, count);
      int firstToken = Math.toIntExact(part.firstToken());
      kernel("part_statistics").arg(firstToken).arg(logSums).arg(targetLogits).start();
      double[] sums = logSums.toDoubles();
      double[] ofTargets = targetLogits.toDoubles();
      part.combine(sums, ofTargets, exchangeMemory.tensor(DType.F32, part.exchangeSize(count)));
      logSums.setDoubles(sums);
      targetLogits.setDoubles(ofTargets);
      Launch launch =
          kernel("part_loss").arg(firstToken).arg(logSums).arg(targetLogits).arg(losses);
      withGradient(launch, gradientScale).start();
    }

    private Launch kernel(String name) {
      return engine
          .kernel("vocabulary_loss", hidden.dtype(), name)
          .grid(count)
          .block(THREADS)
          .arg(logits.tensor())
          .arg(logits.rowStride())
          .arg(numTokens)
          .arg(targets);
    }

    private Launch withGradient(Launch launch, Tensor gradientScale) {
      return launch.arg(gradientScale == null ? null : gradients.tensor()).arg(gradientScale);
    }

    void propagate(Tensor hiddenGradient) {
      if (projection.biasGradient() != null) {
        columnSums.addTo(gradients, projection.biasGradient());
      }
      double scale = projection.scale();
      Matrix inputGradient = Matrix.of(rows(hiddenGradient, first, count));
      matmul.multiply(gradients, Matrix.of(projection.weight()), scale, null, inputGradient, false);
      matmul.multiply(
          gradients.transposed(),
          Matrix.of(hidden),
          scale,
          null,
          Matrix.of(projection.weightGradient()),
          true);
    }
  }

  private static Tensor rows(Tensor matrix, long first, long count) {
    return matrix.slice(first * matrix.dim(1), count, matrix.dim(1));
  }

  @Override
  public void close() {
    logitMemory.close();
    gradientMemory.close();
    statisticsMemory.close();
    exchangeMemory.close();
    scaleMemory.close();
  }
}
