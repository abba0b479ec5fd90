package dev.kindling.model.score;

import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.MaskedBatch;
import dev.kindling.model.train.InferenceModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Scores texts with an encoder: ln p of every token, with this token masked and all others seen
 * (Wang and Cho 2019; Salazar et al. 2020, whose pseudo-log-likelihood is the sum). As many copies
 * of a sequence go through the model as it has tokens that are scored; of each only the masked
 * place is projected to the vocabulary. Not thread-safe.
 */
public final class PseudoLikelihood {
  private final InferenceModel model;
  private final int maskId;
  private final TokenBudget budget;
  private long tokensComputed;

  /**
   * Scores with a model, which stays open.
   *
   * @param model an encoder alone
   * @param maskId the token that stands for what is hidden
   * @param maxTokens tokens, with padding, that go through the model at once; a sequence that has
   *     more goes alone
   * @throws IllegalArgumentException if the model is of another kind or does not have the token, or
   *     the number is not positive
   */
  public PseudoLikelihood(InferenceModel model, int maskId, int maxTokens) {
    if (!(model.config() instanceof BertConfig)) {
      throw new IllegalArgumentException(
          "A model with a "
              + model.config().getClass().getSimpleName()
              + " was given, which does not predict masked tokens: expected a BERT; decoders score"
              + " continuations");
    }
    if (maskId < 0 || maskId >= model.config().vocabSize()) {
      throw new IllegalArgumentException(
          "maskId is "
              + maskId
              + ": expected 0 to "
              + (model.config().vocabSize() - 1)
              + ", as the tokenizer of this model has it");
    }
    this.model = model;
    this.maskId = maskId;
    this.budget = TokenBudget.of(model, maxTokens);
  }

  /**
   * A copy of a sequence with one token masked.
   *
   * @param request the index of its request
   */
  private record Copy(int request, MaskedRequest original, int masked) {
    int length() {
      return original.tokens().length;
    }
  }

  /**
   * Scores the tokens of all requests; what else is asked changes a score within rounding only.
   *
   * @return for every request ln p, in nats, of each token of its range
   * @throws IllegalArgumentException if a sequence is longer than the model's context, or ids do
   *     not fit the model
   */
  public List<double[]> score(List<MaskedRequest> requests) {
    List<double[]> scores = new ArrayList<>();
    List<Copy> copies = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      MaskedRequest request = requests.get(i);
      requireFitting(request);
      scores.add(new double[request.end() - request.first()]);
      for (int masked = request.first(); masked < request.end(); masked++) {
        copies.add(new Copy(i, request, masked));
      }
    }
    for (List<Copy> together : budget.pack(copies, Copy::length)) {
      float[] losses = read(together);
      for (int i = 0; i < losses.length; i++) {
        Copy copy = together.get(i);
        scores.get(copy.request())[copy.masked() - copy.original().first()] = -losses[i];
      }
    }
    return scores;
  }

  /** The loss of the masked token of each copy. */
  private float[] read(List<Copy> copies) {
    PaddedSequences inputs =
        budget.padded(copies.stream().map(copy -> copy.original().tokens()).toList());
    int length = inputs.length();
    int[] targets = new int[inputs.tokens().length];
    Arrays.fill(targets, Batch.IGNORED);
    for (int i = 0; i < copies.size(); i++) {
      int place = i * length + copies.get(i).masked();
      targets[place] = inputs.tokens()[place];
      inputs.tokens()[place] = maskId;
    }
    int[] segments = new int[targets.length];
    tokensComputed += inputs.numTokens();
    return model.targetLosses(
        new MaskedBatch(
            copies.size(),
            length,
            inputs.tokens(),
            segments,
            inputs.lengths(),
            targets,
            new int[0]));
  }

  private void requireFitting(MaskedRequest request) {
    int length = request.tokens().length;
    if (length > budget.contextLength()) {
      throw new IllegalArgumentException(
          "A sequence of "
              + length
              + " tokens was to be scored: expected at most the model's context length "
              + budget.contextLength()
              + "; score longer texts in windows");
    }
  }

  /** Tokens, without padding, that the model has read for all calls together. */
  public long tokensComputed() {
    return tokensComputed;
  }
}
