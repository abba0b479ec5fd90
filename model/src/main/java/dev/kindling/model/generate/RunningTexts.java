package dev.kindling.model.generate;

import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.train.InferenceModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Texts that grow together, each in a sequence of one cache. When a text ends, another takes its
 * place (continuous batching, as in Orca, Yu et al. 2022).
 */
final class RunningTexts implements AutoCloseable {
  /** Kernels are compiled for every length that they meet: few of them are enough. */
  private static final int LENGTH_STEP = 32;

  private final InferenceModel model;
  private final int contextLength;
  private Text[] texts;
  private DecoderCache cache;

  /**
   * @param numTexts how many grow together
   * @param maxLength of the longest text
   */
  RunningTexts(InferenceModel model, int numTexts, int maxLength) {
    this.model = model;
    this.contextLength = model.config().contextLength();
    this.texts = new Text[numTexts];
    // The last token of a text is not read.
    this.cache = model.newCache(numTexts, Math.min(contextLength, Math.max(1, maxLength - 1)));
  }

  /** Replaces texts that are finished. Without replacement, few texts become a smaller batch. */
  void replaceFinished(Queue<Text> waiting) {
    for (int i = 0; i < texts.length; i++) {
      if (texts[i] == null || texts[i].isFinished()) {
        texts[i] = waiting.poll();
        cache.clear(i);
      }
    }
    int[] running = indices(text -> true);
    if (running.length > 0 && running.length <= texts.length / 2) {
      DecoderCache smaller = model.select(cache, running);
      cache.close();
      cache = smaller;
      texts = Arrays.stream(running).mapToObj(i -> texts[i]).toArray(Text[]::new);
    }
  }

  boolean isEmpty() {
    return indices(text -> true).length == 0;
  }

  /** Hands out the logits [vocabSize] of the next token of every text. */
  void step(BiConsumer<Text, float[]> onLogits) {
    int[] cached = indices(text -> text.isCached(contextLength));
    int[] uncached = indices(text -> !text.isCached(contextLength));
    for (int i : uncached) {
      cache.clear(i);
    }
    // First, because the window that was just read may leave no room in the cache.
    List<float[]> logits = new ArrayList<>();
    if (cached.length > 0) {
      logits.addAll(readLastTokens(cached));
    }
    if (uncached.length > 0) {
      logits.addAll(readWindows(uncached));
    }
    List<Text> inOrder = new ArrayList<>();
    for (int i : cached) {
      inOrder.add(texts[i]);
    }
    for (int i : uncached) {
      inOrder.add(texts[i]);
    }
    for (int i = 0; i < inOrder.size(); i++) {
      onLogits.accept(inOrder.get(i), logits.get(i));
    }
  }

  /** One more token of some texts; the others wait. */
  private List<float[]> readLastTokens(int[] indices) {
    int[] tokens = new int[texts.length];
    int[] numTokens = new int[texts.length];
    for (int i : indices) {
      tokens[i] = texts[i].lastToken();
      numTokens[i] = 1;
    }
    float[] logits = model.nextLogits(tokens, numTokens, cache);
    return Arrays.stream(indices).mapToObj(i -> row(logits, i)).toList();
  }

  /** All that the model is to see of some texts, in a cache of their own that is then copied. */
  private List<float[]> readWindows(int[] indices) {
    List<int[]> windows =
        Arrays.stream(indices).mapToObj(i -> texts[i].window(contextLength)).toList();
    int longest = windows.stream().mapToInt(window -> window.length).max().orElseThrow();
    int length = Math.min(contextLength, (longest + LENGTH_STEP - 1) / LENGTH_STEP * LENGTH_STEP);
    int[] tokens = new int[indices.length * length];
    for (int i = 0; i < indices.length; i++) {
      System.arraycopy(windows.get(i), 0, tokens, i * length, windows.get(i).length);
    }
    int[] numTokens = windows.stream().mapToInt(window -> window.length).toArray();
    try (DecoderCache read = model.newCache(indices.length, length)) {
      float[] logits = model.nextLogits(tokens, numTokens, read);
      List<float[]> rows = new ArrayList<>();
      for (int i = 0; i < indices.length; i++) {
        model.copySequence(read, i, cache, indices[i]);
        texts[indices[i]].markCached(contextLength);
        rows.add(row(logits, i));
      }
      return rows;
    }
  }

  private float[] row(float[] logits, int index) {
    int vocabSize = model.config().vocabSize();
    return Arrays.copyOfRange(logits, index * vocabSize, (index + 1) * vocabSize);
  }

  private int[] indices(Predicate<Text> condition) {
    List<Integer> indices = new ArrayList<>();
    for (int i = 0; i < texts.length; i++) {
      if (texts[i] != null && condition.test(texts[i])) {
        indices.add(i);
      }
    }
    return indices.stream().mapToInt(Integer::intValue).toArray();
  }

  @Override
  public void close() {
    cache.close();
  }
}
