package dev.kindling.model.train;

import dev.kindling.model.arch.Gpt;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.Arena;
import dev.kindling.model.tensor.DType;

/**
 * A model that only infers: parameters and activations, no gradients, no moments. Closing it frees
 * its memory and leaves the backend open. Not thread-safe.
 */
public final class InferenceModel implements AutoCloseable {
  private final GptConfig config;
  private final ParameterStore parameters;
  private final Arena arena = new Arena();
  private final GptInference inference;

  /** Allocates parameters of zero; fill them through {@link #parameters()}. */
  public InferenceModel(GptConfig config, Backend backend) {
    this.config = config;
    this.parameters = ParameterStore.allocate(Gpt.layout(config), DType.F32);
    this.inference = new GptInference(config, new Gpt(config, parameters, null), backend, arena);
  }

  /** The shape of the model. */
  public GptConfig config() {
    return config;
  }

  /** The flat parameters (F32) and their named slices, under Hugging Face GPT-2 names. */
  public ParameterStore parameters() {
    return parameters;
  }

  /**
   * Cross-entropy of every target.
   *
   * @param inputs token ids [batch, length], row-major
   * @param targets the ids that follow them [batch, length]; -1 is not counted
   * @param batch B
   * @param length T, at most the context length
   * @return nats [batch, length]; 0 where the target is -1
   * @throws IllegalArgumentException if sizes or ids do not fit the model
   */
  public float[] tokenLosses(int[] inputs, int[] targets, int batch, int length) {
    return inference.tokenLosses(new TokenBatch(inputs, targets, batch, length));
  }

  /**
   * The logits of the token that follows {@code context}.
   *
   * @param context 1 to {@code contextLength} token ids
   * @return [vocabSize], not normalised
   * @throws IllegalArgumentException if sizes or ids do not fit the model
   */
  public float[] nextTokenLogits(int[] context) {
    return inference.nextTokenLogits(context);
  }

  @Override
  public void close() {
    arena.close();
    parameters.close();
  }
}
