package dev.kindling.model.score;

import java.util.Arrays;

/** The score of a continuation of which some tokens have been looked at. */
final class RunningScore {
  private final int[] context;
  private final int[] continuation;
  private int numScored;
  private double logLikelihood;
  private boolean greedy = true;

  RunningScore(int[] context, int[] continuation) {
    this.context = context;
    this.continuation = continuation;
  }

  int[] context() {
    return context;
  }

  /** Tokens that are not scored yet. */
  int numLeft() {
    return continuation.length - numScored;
  }

  /** Tokens that a model reads to score all of the continuation. */
  int numInputs() {
    return context.length + continuation.length - 1;
  }

  /** Those tokens. */
  int[] inputs() {
    int[] inputs = Arrays.copyOf(context, numInputs());
    System.arraycopy(continuation, 0, inputs, context.length, continuation.length - 1);
    return inputs;
  }

  /** What a model reads behind the context: all of the continuation except its last token. */
  int[] continuationInputs() {
    return Arrays.copyOf(continuation, continuation.length - 1);
  }

  /** Scores the next token. */
  void add(TokenDistribution distribution) {
    int token = continuation[numScored++];
    logLikelihood += distribution.logProbability(token);
    greedy &= distribution.best() == token;
  }

  ContinuationScore score() {
    return new ContinuationScore(logLikelihood, greedy);
  }
}
