package dev.kindling.spark.score;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Cuts a document into windows of the context length so that every token is scored exactly once,
 * given what stands before it in its window. The last window reaches back to a full context, which
 * costs nothing and conditions its tokens better; it scores only what is left. (The rolling
 * log-likelihood of EleutherAI's evaluation harness.)
 *
 * <p>The first token is conditioned on the token that ends a document. Where the vocabulary has
 * none, nothing can stand before the first token: no window scores it, and {@link DocumentScorer}
 * gives it the probability 1/V, so that the sum is still a probability of the whole text.
 */
record RollingWindows(int contextLength, OptionalInt endOfTextId) {
  List<Window> of(int[] tokens) {
    int[] sequence = tokens;
    if (endOfTextId.isPresent()) {
      sequence = new int[tokens.length + 1];
      sequence[0] = endOfTextId.getAsInt();
      System.arraycopy(tokens, 0, sequence, 1, tokens.length);
    }
    List<Window> windows = new ArrayList<>();
    int numTargets = sequence.length - 1;
    for (int scored = 0; scored < numTargets; scored += contextLength) {
      int end = Math.min(scored + contextLength, numTargets);
      int start = Math.max(0, end - contextLength);
      int[] targets = Arrays.copyOfRange(sequence, start + 1, end + 1);
      Arrays.fill(targets, 0, scored - start, Window.NOT_SCORED);
      windows.add(new Window(Arrays.copyOfRange(sequence, start, end), targets));
    }
    return windows;
  }

  /** The tokens of a document that no window scores: its first, without an end-of-text token. */
  int numUnconditioned(int[] tokens) {
    return endOfTextId.isPresent() || tokens.length == 0 ? 0 : 1;
  }
}
