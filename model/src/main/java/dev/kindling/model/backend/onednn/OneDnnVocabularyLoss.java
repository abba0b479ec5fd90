package dev.kindling.model.backend.onednn;

import dev.kindling.model.backend.onednn.Primitives.Binary;
import dev.kindling.model.backend.onednn.Primitives.Elementwise;
import dev.kindling.model.backend.onednn.Primitives.Matmul;
import dev.kindling.model.backend.onednn.Primitives.Softmax;
import dev.kindling.model.tensor.Tensor;
import org.bytedeco.dnnl.global.dnnl;

/** Cross-entropy over the vocabulary; the logits of one chunk of tokens exist at a time. */
final class OneDnnVocabularyLoss implements AutoCloseable {
  private final Primitives primitives;
  private final Scratch logitMemory = new Scratch();
  private final Scratch rowScaleMemory = new Scratch();

  OneDnnVocabularyLoss(Primitives primitives) {
    this.primitives = primitives;
  }

  /** Tokens {@code first} to {@code first + ids.length}. */
  private final class Chunk {
    private final long first;
    private final int[] ids;
    private final Layout rows;
    private final Layout weights;
    private final Layout logitLayout;
    private final long hiddenAddress;
    private final long weightAddress;
    private final Tensor logits;

    Chunk(Tensor hidden, Tensor weight, Tensor targets, long first, int count) {
      this.first = first;
      this.ids = targets.slice(first, count).toInts();
      this.rows = Layout.contiguous(count, hidden.dim(1));
      this.weights = Layout.contiguous(weight.shape());
      this.logitLayout = Layout.contiguous(count, weight.dim(0));
      this.hiddenAddress = rowAddress(hidden);
      this.weightAddress = weight.address();
      this.logits = logitMemory.floats(count, weight.dim(0));
    }

    private long rowAddress(Tensor matrix) {
      return matrix.address() + 4 * first * matrix.dim(1);
    }

    /** Turns the logits into log-probabilities and reads the targets' out of them. */
    void computeLosses(Tensor losses) {
      primitives
          .get(Matmul.plain(rows, weights.transposed(), logitLayout, false))
          .execute(hiddenAddress, weightAddress, logits.address());
      primitives.get(new Softmax(logitLayout, true)).execute(logits.address(), logits.address());
      float[] chunkLosses = new float[ids.length];
      for (int i = 0; i < ids.length; i++) {
        chunkLosses[i] = ids[i] < 0 ? 0 : -logits.getFloat(i * logits.dim(1) + ids[i]);
      }
      losses.write(first, chunkLosses, 0, ids.length);
    }

    /** Turns log-probabilities into (probabilities - one-hot) × scale, and 0 for ignored rows. */
    void computeLogitGradient(double gradientScale) {
      primitives
          .get(new Elementwise(logitLayout, dnnl.dnnl_eltwise_exp))
          .execute(logits.address(), logits.address());
      float[] rowScales = new float[ids.length];
      for (int i = 0; i < ids.length; i++) {
        if (ids[i] >= 0) {
          long element = i * logits.dim(1) + ids[i];
          logits.setFloat(element, logits.getFloat(element) - 1);
          rowScales[i] = (float) gradientScale;
        }
      }
      Tensor scales = rowScaleMemory.floats(ids.length, 1);
      scales.write(0, rowScales, 0, ids.length);
      Layout scaleLayout = Layout.contiguous(ids.length, 1);
      primitives
          .get(new Binary(logitLayout, scaleLayout, dnnl.dnnl_binary_mul))
          .execute(logits.address(), scales.address(), logits.address());
    }

    void propagate(Tensor hiddenGradient, Tensor weightGradient) {
      primitives
          .get(Matmul.plain(logitLayout, weights, rows, false))
          .execute(logits.address(), weightAddress, rowAddress(hiddenGradient));
      primitives
          .get(Matmul.plain(logitLayout.transposed(), rows, weights, true))
          .execute(logits.address(), hiddenAddress, weightGradient.address());
    }
  }

  void forward(Tensor hidden, Tensor weight, Tensor targets, int rowsPerChunk, Tensor losses) {
    for (long first = 0; first < hidden.dim(0); first += rowsPerChunk) {
      int count = (int) Math.min(rowsPerChunk, hidden.dim(0) - first);
      new Chunk(hidden, weight, targets, first, count).computeLosses(losses);
    }
  }

  void forwardBackward(
      Tensor hidden,
      Tensor weight,
      Tensor targets,
      int rowsPerChunk,
      double gradientScale,
      Tensor losses,
      Tensor hiddenGradient,
      Tensor weightGradient) {
    for (long first = 0; first < hidden.dim(0); first += rowsPerChunk) {
      int count = (int) Math.min(rowsPerChunk, hidden.dim(0) - first);
      Chunk chunk = new Chunk(hidden, weight, targets, first, count);
      chunk.computeLosses(losses);
      chunk.computeLogitGradient(gradientScale);
      chunk.propagate(hiddenGradient, weightGradient);
    }
  }

  @Override
  public void close() {
    logitMemory.close();
    rowScaleMemory.close();
  }
}
