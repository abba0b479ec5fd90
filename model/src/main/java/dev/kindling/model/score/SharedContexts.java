package dev.kindling.model.score;

import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.train.InferenceModel;
import java.util.ArrayList;
import java.util.List;

/**
 * Scores continuations of contexts that are read once each: keys and values of a context are copied
 * for each of its continuations, which then go through the model behind them.
 */
final class SharedContexts {
  private final InferenceModel model;
  private final TokenBudget budget;
  private long tokensComputed;

  /**
   * @param budget also of the tokens that a cache has room for
   */
  SharedContexts(InferenceModel model, TokenBudget budget) {
    this.model = model;
    this.budget = budget;
  }

  /**
   * A continuation of which the first token is scored, and others are not.
   *
   * @param source which sequence of the cache of contexts is its context
   */
  private record Branch(int source, RunningScore score) {}

  /** Scores all of their continuations; returns how many tokens the model has read. */
  long score(List<ContextGroup> groups) {
    tokensComputed = 0;
    for (List<ContextGroup> together :
        budget.pack(groups, group -> group.context().length, budget.maxLogitRows())) {
      readContexts(together);
    }
    return tokensComputed;
  }

  private void readContexts(List<ContextGroup> groups) {
    PaddedSequences contexts = budget.padded(groups.stream().map(ContextGroup::context).toList());
    tokensComputed += contexts.numTokens();
    try (DecoderCache cache = model.newCache(groups.size(), contexts.length())) {
      float[] logits = model.nextLogits(contexts.tokens(), contexts.lengths(), cache);
      List<Branch> branches = new ArrayList<>();
      for (int i = 0; i < groups.size(); i++) {
        TokenDistribution first = TokenDistribution.of(logits, i, budget.vocabSize());
        for (RunningScore score : groups.get(i).continuations()) {
          score.add(first);
          if (score.numLeft() > 0) {
            branches.add(new Branch(i, score));
          }
        }
      }
      // All with the longest context, so that continuations of like lengths go together.
      for (List<Branch> together :
          budget.pack(branches, branch -> contexts.length() + branch.score().numLeft())) {
        readContinuations(together, cache);
      }
    }
  }

  private void readContinuations(List<Branch> branches, DecoderCache contexts) {
    List<RunningScore> scores = branches.stream().map(Branch::score).toList();
    List<int[]> continuations = scores.stream().map(RunningScore::continuationInputs).toList();
    PaddedSequences inputs = PaddedSequences.of(continuations, continuations.get(0).length);
    tokensComputed += inputs.numTokens();
    int longest = scores.stream().mapToInt(RunningScore::numInputs).max().orElseThrow();
    Predictions predictions = new Predictions(budget.vocabSize());
    try (DecoderCache cache = model.newCache(branches.size(), budget.paddedLength(longest))) {
      for (int i = 0; i < branches.size(); i++) {
        model.copySequence(contexts, branches.get(i).source(), cache, i);
        predictions.add(scores.get(i), i * inputs.length());
      }
      model.logits(
          inputs.tokens(),
          inputs.lengths(),
          cache,
          predictions.rows(),
          budget.maxLogitRows(),
          predictions::score);
    }
  }
}
