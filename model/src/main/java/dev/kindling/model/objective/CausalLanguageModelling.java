package dev.kindling.model.objective;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.nn.Parameter;
import dev.kindling.model.tensor.Tensor;

/**
 * Predicts the next token: the mean cross-entropy of the targets that are not {@link #IGNORED}. The
 * logits exist for a chunk of tokens at a time.
 */
public final class CausalLanguageModelling {
  /** A target that is not counted. */
  public static final int IGNORED = -1;

  /** What the logits of one chunk may take: about a second-level cache of a server core. */
  private static final long CHUNK_BYTES = 2L << 20;

  private CausalLanguageModelling() {}

  /**
   * The losses of all tokens; records the gradient of their mean over {@code numCounted} tokens.
   *
   * @param hidden [N, C]
   * @param tokenEmbedding [V, C]
   * @param targets I32 [N]
   * @param numCounted how many targets are not {@link #IGNORED}
   * @return [N], in nats; 0 where the target is ignored
   */
  public static Tensor losses(
      Tape tape, Variable hidden, Parameter tokenEmbedding, Tensor targets, long numCounted) {
    Tensor value = hidden.value();
    Tensor losses = tape.scratch(value.dtype(), value.dim(0));
    int rowsPerChunk = rowsPerChunk(value.dim(0), tokenEmbedding.value().dim(0));
    if (!tape.isRecording()) {
      tape.backend()
          .vocabularyLossForward(value, tokenEmbedding.value(), targets, rowsPerChunk, losses);
      return losses;
    }
    Tensor hiddenGradient = tape.scratch(value.dtype(), value.shape());
    tape.backend()
        .vocabularyLossForwardBackward(
            value,
            tokenEmbedding.value(),
            targets,
            rowsPerChunk,
            1.0 / numCounted,
            losses,
            hiddenGradient,
            tokenEmbedding.gradient());
    tape.record(() -> hidden.handOverShare(hiddenGradient));
    return losses;
  }

  /** Equal chunks, so that few shapes of kernels are needed. */
  private static int rowsPerChunk(long numTokens, long vocabSize) {
    long mostRows = Math.max(16, CHUNK_BYTES / (4 * vocabSize));
    long numChunks = (numTokens + mostRows - 1) / mostRows;
    return (int) ((numTokens + numChunks - 1) / numChunks);
  }
}
