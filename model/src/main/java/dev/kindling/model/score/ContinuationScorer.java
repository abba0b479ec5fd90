package dev.kindling.model.score;

import dev.kindling.model.predict.CausalModel;
import dev.kindling.model.train.CausalDecoder;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How likely continuations are behind their contexts, as {@code loglikelihood} of EleutherAI's
 * lm-evaluation-harness says it. What is asked twice is computed once, and so is a context that has
 * several continuations, as the questions of multiple choice have.
 *
 * <p>Where context and continuation together are longer than the model's context and one token, the
 * context loses its first tokens. Not thread-safe.
 */
public final class ContinuationScorer {
  private final CausalModel model;
  private final TokenBudget budget;
  private long tokensComputed;

  /**
   * Scores with a model, which stays open.
   *
   * @param model one that remembers keys and values reads a context with several continuations once
   * @param maxTokens tokens, with padding, that go through the model at once, and as many again
   *     whose keys and values are remembered; a sequence that has more goes alone
   * @throws IllegalArgumentException if the number is not positive
   */
  public ContinuationScorer(CausalModel model, int maxTokens) {
    this.model = model;
    this.budget = TokenBudget.of(model, maxTokens);
  }

  /**
   * Scores all requests; the order in which they stand, and what else is asked, change a score
   * within rounding only.
   *
   * @return a score for every request, in their order
   * @throws IllegalArgumentException if a continuation is longer than the model's context, or ids
   *     do not fit the model
   * @throws ArithmeticException if the model's logits are not numbers
   */
  public List<ContinuationScore> score(List<Continuation> requests) {
    Map<IntBuffer, ContextGroup> groups = new LinkedHashMap<>();
    List<RunningScore> scores = new ArrayList<>();
    for (Continuation request : requests) {
      int[] context = cutContext(request);
      ContextGroup group =
          groups.computeIfAbsent(IntBuffer.wrap(context), tokens -> new ContextGroup(context));
      scores.add(group.continuation(request.continuation()));
    }
    List<ContextGroup> shared = new ArrayList<>();
    List<RunningScore> whole = new ArrayList<>();
    for (ContextGroup group : groups.values()) {
      if (group.isShared() && model instanceof CausalDecoder) {
        shared.add(group);
      } else {
        whole.addAll(group.continuations());
      }
    }
    if (model instanceof CausalDecoder decoder) {
      tokensComputed += new SharedContexts(decoder.model(), budget).score(shared);
    }
    tokensComputed += new WholeSequences(model, budget).score(whole);
    return scores.stream().map(RunningScore::score).toList();
  }

  private int[] cutContext(Continuation request) {
    int contextLength = budget.contextLength();
    int length = request.continuation().length;
    if (length > contextLength) {
      throw new IllegalArgumentException(
          "A continuation of "
              + length
              + " tokens was given: expected at most the model's context length "
              + contextLength
              + "; score longer texts in windows");
    }
    checkIds(request.continuation());
    int[] context = request.context();
    int numKept = Math.min(context.length, contextLength + 1 - length);
    return Arrays.copyOfRange(context, context.length - numKept, context.length);
  }

  /** The last token of a continuation does not go through the model, which would check it. */
  private void checkIds(int[] continuation) {
    int last = continuation[continuation.length - 1];
    if (last < 0 || last >= budget.vocabSize()) {
      throw new IllegalArgumentException(
          "The last token of a continuation is "
              + last
              + ": expected 0 to "
              + (budget.vocabSize() - 1)
              + "; were these tokens made by the tokenizer of this model?");
    }
  }

  /**
   * Tokens, without padding, that the model has read for all calls together: what a throughput is
   * measured by.
   */
  public long tokensComputed() {
    return tokensComputed;
  }
}
