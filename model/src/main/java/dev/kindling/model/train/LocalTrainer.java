package dev.kindling.model.train;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.optim.AdamWConfig;

/**
 * One replica: model, objective and inner optimiser on one backend, with no knowledge of any other
 * replica. Not thread-safe. Same state and same calls give the same bits.
 */
public final class LocalTrainer implements AutoCloseable {
  /** Allocates everything; parameters and moments are zero until they are set or initialised. */
  public LocalTrainer(GptConfig model, AdamWConfig optimizer, Backend backend) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** The flat parameters (F32) and their named slices, under Hugging Face GPT-2 names. */
  public ParameterStore parameters() {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Fills the parameters as GPT-2 does, from a counter-based generator keyed by {@code seed}. */
  public void initialize(long seed) {
    throw new UnsupportedOperationException("skeleton");
  }

  /**
   * Forward, backward, clip, update.
   *
   * @param inputs token ids [batch, length], row-major
   * @param targets the ids that follow them [batch, length]; -1 is not counted in the loss
   * @param batch B
   * @param length T, at most the context length
   * @param step the optimiser step from 0: decides learning rate and bias correction
   * @throws ArithmeticException if the loss or the gradient is not finite; nothing was updated then
   */
  public StepMetrics step(int[] inputs, int[] targets, int batch, int length, long step) {
    throw new UnsupportedOperationException("skeleton");
  }

  /**
   * Forward only.
   *
   * @return cross-entropy in nats of every target [batch, length]; 0 where the target is -1
   */
  public float[] tokenLosses(int[] inputs, int[] targets, int batch, int length) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Bytes of the first moments, little-endian F32 in the layout of {@link #parameters()}. */
  public void readMoments(byte[] first, byte[] second) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Sets both moments from bytes as {@link #readMoments} gives them. */
  public void writeMoments(byte[] first, byte[] second) {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public void close() {}
}
