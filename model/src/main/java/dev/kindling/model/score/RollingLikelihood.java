package dev.kindling.model.score;

import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.predict.CausalModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How likely whole texts are, however long: they are cut into windows so that every token is scored
 * exactly once, given what stands before it in its window. The first window scores as many tokens
 * as it has, the others the stride; the last one reaches back to a full window, which costs nothing
 * and conditions its tokens better. (The rolling log-likelihood of EleutherAI's
 * lm-evaluation-harness, with the stride of Hugging Face's perplexity of fixed-length models.) Not
 * thread-safe.
 */
public final class RollingLikelihood {
  /** Windows of one length find each other among those of so many batches. */
  private static final long BATCHES_TOGETHER = 64;

  private final CausalModel model;
  private final TokenBudget budget;
  private final int contextLength;
  private final int stride;

  /**
   * Scores with a model, which stays open.
   *
   * @param maxTokens tokens, with padding, that go through the model at once
   * @param contextLength tokens of a window, at most the model's
   * @param stride tokens that every window but the first scores, at most {@code contextLength}
   * @throws IllegalArgumentException if a number is out of its range
   */
  public RollingLikelihood(CausalModel model, int maxTokens, int contextLength, int stride) {
    if (contextLength < 1
        || contextLength > model.contextLength()
        || stride < 1
        || stride > contextLength) {
      throw new IllegalArgumentException(
          "Windows of "
              + contextLength
              + " tokens with a stride of "
              + stride
              + " were asked for: expected 1 to "
              + model.contextLength()
              + " tokens, and a stride from 1 to as many");
    }
    this.model = model;
    this.budget = TokenBudget.of(model, maxTokens);
    this.contextLength = contextLength;
    this.stride = stride;
  }

  /**
   * Tokens from {@code start} (inclusive) to {@code end} (exclusive) of a sequence, each of which
   * predicts the one behind it; predictions from that of {@code scored} on are counted.
   */
  record Window(int sequence, int start, int end, int scored) {
    int length() {
      return end - start;
    }
  }

  /**
   * Scores sequences.
   *
   * @param sequences token ids; the first of each is given and not scored, such as the one that
   *     ends the document before
   * @return [sequences]: ln p(all tokens but the first | the first), 0 for shorter sequences
   * @throws IllegalArgumentException if ids do not fit the model
   */
  public double[] score(List<int[]> sequences) {
    double[] sums = new double[sequences.size()];
    List<Window> together = new ArrayList<>();
    long numTokens = 0;
    for (int i = 0; i < sums.length; i++) {
      int numTargets = sequences.get(i).length - 1;
      for (int scored = 0; scored < numTargets; ) {
        Window window = window(i, numTargets, scored);
        together.add(window);
        numTokens += window.length();
        scored = window.end();
        if (numTokens >= BATCHES_TOGETHER * budget.maxTokens()) {
          score(together, sequences, sums);
          together.clear();
          numTokens = 0;
        }
      }
    }
    score(together, sequences, sums);
    return sums;
  }

  private Window window(int sequence, int numTargets, int scored) {
    int numNew = scored == 0 ? contextLength : stride;
    int end = Math.min(scored + numNew, numTargets);
    return new Window(sequence, Math.max(0, end - contextLength), end, scored);
  }

  private void score(List<Window> windows, List<int[]> sequences, double[] sums) {
    for (List<Window> batch : budget.pack(windows, Window::length, Integer.MAX_VALUE)) {
      int length = budget.paddedLength(batch.get(0).length());
      int[] inputs = new int[batch.size() * length];
      int[] targets = new int[inputs.length];
      Arrays.fill(targets, Batch.IGNORED);
      for (int row = 0; row < batch.size(); row++) {
        Window window = batch.get(row);
        int[] sequence = sequences.get(window.sequence());
        // What stands behind a shorter window's end is not seen by its tokens: attention is causal.
        System.arraycopy(sequence, window.start(), inputs, row * length, window.length());
        System.arraycopy(
            sequence,
            window.scored() + 1,
            targets,
            row * length + window.scored() - window.start(),
            window.end() - window.scored());
      }
      float[] losses = model.tokenLosses(new CausalBatch(batch.size(), length, inputs, targets));
      for (int row = 0; row < batch.size(); row++) {
        Window window = batch.get(row);
        int first = row * length - window.start();
        for (int t = window.scored(); t < window.end(); t++) {
          sums[window.sequence()] -= losses[first + t];
        }
      }
    }
  }
}
