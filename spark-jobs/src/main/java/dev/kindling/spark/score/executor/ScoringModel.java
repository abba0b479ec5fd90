package dev.kindling.spark.score.executor;

import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.io.SpecialTokenIds;
import dev.kindling.model.train.InferenceModel;

/**
 * What one task scores with: a backend and activations of its own, over weights that all tasks of
 * the executor share. Not thread-safe; {@link ExecutorModels} hands it from task to task.
 */
public final class ScoringModel implements AutoCloseable {
  private final Tokenizer tokenizer;
  private final SpecialTokenIds specialTokens;
  private final Backend backend;
  private final InferenceModel model;

  ScoringModel(LoadedModel loaded, Backend backend) {
    this.tokenizer = loaded.tokenizer();
    this.specialTokens = loaded.specialTokens();
    this.backend = backend;
    this.model = new InferenceModel(loaded.weights(), backend);
  }

  /** The model. */
  public InferenceModel model() {
    return model;
  }

  /** Text to the model's ids and back. */
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** The tokens with a meaning of their own. */
  public SpecialTokenIds specialTokens() {
    return specialTokens;
  }

  @Override
  public void close() {
    model.close();
    backend.close();
  }
}
