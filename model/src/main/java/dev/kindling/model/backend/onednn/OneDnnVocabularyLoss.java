package dev.kindling.model.backend.onednn;

import dev.kindling.model.backend.Matrix;
import dev.kindling.model.backend.VocabularyProjection;
import dev.kindling.model.backend.onednn.Primitives.Binary;
import dev.kindling.model.backend.onednn.Primitives.Elementwise;
import dev.kindling.model.backend.onednn.Primitives.Matmul;
import dev.kindling.model.backend.onednn.Primitives.Reorder;
import dev.kindling.model.backend.onednn.Primitives.Softmax;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Scratch;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl;

/** Cross-entropy over the vocabulary; the logits of one chunk of tokens exist at a time. */
final class OneDnnVocabularyLoss implements AutoCloseable {
  private final Primitives primitives;
  private final ColumnSums columnSums;
  private final Scratch logitMemory = new Scratch();
  private final Scratch roundedMemory = new Scratch();
  private final Scratch rowScaleMemory = new Scratch();
  private final Scratch exchangeMemory = new Scratch();

  OneDnnVocabularyLoss(Primitives primitives, ColumnSums columnSums) {
    this.primitives = primitives;
    this.columnSums = columnSums;
  }

  /** Rows {@code first} to {@code first + ids.length}. */
  private final class Chunk {
    private final VocabularyProjection projection;
    private final Tensor hidden;
    private final long first;
    private final int[] targets;
    private final int[] ids;
    private final double[] shares;
    private final Tensor logits;
    private final Layout logitLayout;

    Chunk(Tensor hidden, VocabularyProjection projection, Tensor targets, long first, int count) {
      this.projection = projection;
      this.hidden = rows(hidden, first, count);
      this.first = first;
      long numTokens = projection.weight().dim(0);
      this.targets = targets.slice(first, count).toInts();
      this.ids =
          Arrays.stream(this.targets)
              .map(target -> projection.part().localTarget(target, numTokens))
              .toArray();
      this.shares = new double[count];
      Arrays.fill(shares, 1);
      this.logits = logitMemory.tensor(DType.F32, count, projection.weight().dim(0));
      this.logitLayout = Layout.rows(logits);
    }

    private Layout weights() {
      return Layout.rows(projection.weight());
    }

    /** Turns the logits into log-probabilities and reads the targets' out of them. */
    void computeLosses(Tensor losses) {
      List<Layout> bias =
          projection.bias() == null
              ? List.of()
              : List.of(Layout.contiguous(DType.F32, 1, projection.bias().numElements()));
      Primitive matmul =
          primitives.get(
              new Matmul(
                  Layout.rows(hidden),
                  weights().transposed(),
                  null,
                  logitLayout,
                  projection.scale(),
                  bias,
                  false));
      long weight = projection.weight().address();
      if (projection.bias() == null) {
        matmul.execute(hidden.address(), weight, logits.address());
      } else {
        matmul.execute(hidden.address(), weight, logits.address(), projection.bias().address());
      }
      boolean sliced = projection.part().group().isSliced();
      double[] firstLogits = sliced ? column(0) : null;
      primitives
          .get(Softmax.inPlace(logitLayout, true))
          .execute(logits.address(), logits.address());
      float[] chunkLosses = sliced ? sharedLosses(firstLogits) : ownLosses();
      losses.write(first, chunkLosses, 0, ids.length);
    }

    private float[] ownLosses() {
      float[] chunkLosses = new float[ids.length];
      for (int i = 0; i < ids.length; i++) {
        chunkLosses[i] = ids[i] < 0 ? 0 : -logProbability(i);
      }
      return chunkLosses;
    }

    /**
     * The losses where other slices have the rest of the logits, and the share of the probability
     * that is here. The sum that the softmax has divided by is read off the first column.
     */
    private float[] sharedLosses(double[] firstLogits) {
      double[] here = column(0);
      Arrays.setAll(here, i -> firstLogits[i] - here[i]);
      double[] logSums = here.clone();
      double[] targetLogits = new double[ids.length];
      Arrays.setAll(targetLogits, i -> ids[i] < 0 ? 0 : logProbability(i) + here[i]);
      long size = projection.part().exchangeSize(ids.length);
      projection.part().combine(logSums, targetLogits, exchangeMemory.tensor(DType.F32, size));
      float[] chunkLosses = new float[ids.length];
      for (int i = 0; i < ids.length; i++) {
        chunkLosses[i] = targets[i] < 0 ? 0 : (float) (logSums[i] - targetLogits[i]);
        shares[i] = Math.exp(here[i] - logSums[i]);
      }
      return chunkLosses;
    }

    private float logProbability(int row) {
      return logits.getFloat(row * logits.dim(1) + ids[row]);
    }

    private double[] column(int column) {
      double[] values = new double[ids.length];
      Arrays.setAll(values, i -> logits.getFloat(i * logits.dim(1) + column));
      return values;
    }

    /** Turns log-probabilities into (probabilities - one-hot) × scale, and 0 for ignored rows. */
    void computeLogitGradient(double gradientScale) {
      primitives
          .get(new Elementwise(logitLayout, dnnl.dnnl_eltwise_exp))
          .execute(logits.address(), logits.address());
      float[] rowScales = new float[ids.length];
      for (int i = 0; i < ids.length; i++) {
        rowScales[i] = targets[i] < 0 ? 0 : (float) (gradientScale * shares[i]);
      }
      Tensor scales = rowScaleMemory.tensor(DType.F32, ids.length, 1);
      scales.write(0, rowScales, 0, ids.length);
      primitives
          .get(new Binary(logitLayout, Layout.rows(scales), logitLayout, dnnl.dnnl_binary_mul))
          .execute(logits.address(), scales.address(), logits.address());
      for (int i = 0; i < ids.length; i++) {
        if (ids[i] >= 0) {
          long element = i * logits.dim(1) + ids[i];
          logits.setFloat(element, (float) (logits.getFloat(element) - gradientScale));
        }
      }
    }

    void propagate(Tensor hiddenGradient) {
      if (projection.biasGradient() != null) {
        columnSums.addTo(Matrix.of(logits), projection.biasGradient());
      }
      Tensor gradient = rounded();
      Layout gradients = Layout.rows(gradient);
      Tensor inputGradient = rows(hiddenGradient, first, ids.length);
      double scale = projection.scale();
      primitives
          .get(
              new Matmul(
                  gradients, weights(), null, Layout.rows(inputGradient), scale, List.of(), false))
          .execute(gradient.address(), projection.weight().address(), inputGradient.address());
      primitives
          .get(
              new Matmul(
                  gradients.transposed(),
                  Layout.rows(hidden),
                  null,
                  Layout.rows(projection.weightGradient()),
                  scale,
                  List.of(),
                  true))
          .execute(gradient.address(), hidden.address(), projection.weightGradient().address());
    }

    /** The gradient of the logits in the type of the weights. */
    private Tensor rounded() {
      DType dtype = projection.weight().dtype();
      if (dtype == DType.F32) {
        return logits;
      }
      Tensor rounded = roundedMemory.tensor(dtype, logits.shape());
      primitives
          .get(Reorder.plain(logitLayout, Layout.rows(rounded)))
          .execute(logits.address(), rounded.address());
      return rounded;
    }
  }

  private static Tensor rows(Tensor matrix, long first, long count) {
    return matrix.slice(first * matrix.dim(1), count, matrix.dim(1));
  }

  void forward(
      Tensor hidden,
      VocabularyProjection projection,
      Tensor targets,
      int rowsPerChunk,
      Tensor losses) {
    for (long first = 0; first < hidden.dim(0); first += rowsPerChunk) {
      int count = (int) Math.min(rowsPerChunk, hidden.dim(0) - first);
      new Chunk(hidden, projection, targets, first, count).computeLosses(losses);
    }
  }

  void forwardBackward(
      Tensor hidden,
      VocabularyProjection projection,
      Tensor targets,
      int rowsPerChunk,
      double gradientScale,
      Tensor losses,
      Tensor hiddenGradient) {
    for (long first = 0; first < hidden.dim(0); first += rowsPerChunk) {
      int count = (int) Math.min(rowsPerChunk, hidden.dim(0) - first);
      Chunk chunk = new Chunk(hidden, projection, targets, first, count);
      chunk.computeLosses(losses);
      chunk.computeLogitGradient(gradientScale);
      chunk.propagate(hiddenGradient);
    }
  }

  @Override
  public void close() {
    logitMemory.close();
    roundedMemory.close();
    rowScaleMemory.close();
    exchangeMemory.close();
  }
}
