package dev.kindling.spark.score.executor;

import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.model.io.SpecialTokenIds;
import dev.kindling.model.predict.CausalModel;
import dev.kindling.model.predict.SequenceEncoder;
import dev.kindling.model.predict.TokenModel;
import dev.kindling.model.train.InferenceModel;

/**
 * What one task scores with, over weights that all tasks of the executor share. Not thread-safe;
 * {@link ExecutorModels} hands it from task to task. Which of its faces it has was asked before:
 * see {@link StoredModel#requireFor}.
 *
 * @param model the model
 * @param tokenizer text to the model's ids and back
 * @param specialTokens the tokens with a meaning of their own
 * @param rest frees what the model keeps for the thread of a task that is over
 * @param release frees what is this model's own
 */
public record ScoringModel(
    TokenModel model,
    Tokenizer tokenizer,
    SpecialTokenIds specialTokens,
    Runnable rest,
    Runnable release)
    implements AutoCloseable {

  /**
   * The model, as one that continues texts.
   *
   * @throws IllegalArgumentException if it does not
   */
  public CausalModel causal() {
    return model instanceof InferenceModel ? transformer().causal() : as(CausalModel.class);
  }

  /**
   * The model, as one that makes vectors of tokens.
   *
   * @throws IllegalArgumentException if it does not
   */
  public SequenceEncoder encoder() {
    return as(SequenceEncoder.class);
  }

  /**
   * The model, as a Transformer.
   *
   * @throws IllegalArgumentException if it is none
   */
  public InferenceModel transformer() {
    return as(InferenceModel.class);
  }

  private <M extends TokenModel> M as(Class<M> face) {
    if (!face.isInstance(model)) {
      throw new IllegalArgumentException(
          "A "
              + model.getClass().getSimpleName()
              + " was given: expected a "
              + face.getSimpleName());
    }
    return face.cast(model);
  }

  @Override
  public void close() {
    release.run();
  }
}
