package dev.kindling.model.score;

import dev.kindling.model.predict.CausalModel;
import java.util.List;

/** Scores continuations by reading each with its context in one pass. */
record WholeSequences(CausalModel model, TokenBudget budget) {
  /** Scores all of them; returns how many tokens the model has read. */
  long score(List<RunningScore> scores) {
    long tokensComputed = 0;
    for (List<RunningScore> together : budget.pack(scores, RunningScore::numInputs)) {
      tokensComputed += read(together);
    }
    return tokensComputed;
  }

  private long read(List<RunningScore> scores) {
    PaddedSequences inputs = budget.padded(scores.stream().map(RunningScore::inputs).toList());
    Predictions predictions = new Predictions(budget.vocabSize());
    for (int i = 0; i < scores.size(); i++) {
      predictions.add(scores.get(i), i * inputs.length() + scores.get(i).context().length - 1);
    }
    model.logits(
        inputs.tokens(),
        inputs.lengths(),
        predictions.rows(),
        budget.maxLogitRows(),
        predictions::score);
    return inputs.numTokens();
  }
}
