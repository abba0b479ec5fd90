package dev.kindling.spark.score;

import dev.kindling.model.batch.CausalBatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;

/**
 * Scores a stream of documents in their order. Windows of several documents go through the model
 * together; at most one batch more than the current document is held.
 */
final class DocumentScorer implements Iterator<DocumentScore> {
  /** A document whose windows are on their way. */
  private static final class Pending {
    final String id;
    final long bytes;
    final long tokens;
    double logLikelihood;
    int windowsLeft;

    Pending(String id, long bytes, long tokens, double logLikelihood, int windowsLeft) {
      this.id = id;
      this.bytes = bytes;
      this.tokens = tokens;
      this.logLikelihood = logLikelihood;
      this.windowsLeft = windowsLeft;
    }
  }

  private record Task(Window window, Pending document) {}

  /** A text with its id. */
  record Text(String id, String text) {}

  private final Iterator<Text> documents;
  private final Function<String, int[]> encode;
  private final int vocabSize;
  private final RollingWindows windows;
  private final TokenLosses model;
  private final int batchSize;
  private final Deque<Pending> pending = new ArrayDeque<>();
  private final Deque<Task> queue = new ArrayDeque<>();

  /**
   * @param encode text to token ids
   * @param vocabSize V: a token that no window scores has the probability 1/V
   */
  DocumentScorer(
      Iterator<Text> documents,
      Function<String, int[]> encode,
      int vocabSize,
      RollingWindows windows,
      TokenLosses model,
      int batchSize) {
    this.documents = documents;
    this.encode = encode;
    this.vocabSize = vocabSize;
    this.windows = windows;
    this.model = model;
    this.batchSize = batchSize;
  }

  @Override
  public boolean hasNext() {
    return !pending.isEmpty() || documents.hasNext();
  }

  @Override
  public DocumentScore next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no document is left");
    }
    while (pending.isEmpty() || pending.peek().windowsLeft > 0) {
      if (queue.size() < batchSize && documents.hasNext()) {
        enqueue(documents.next());
      } else {
        scoreOneBatch();
      }
    }
    Pending done = pending.remove();
    return new DocumentScore(done.id, done.bytes, done.tokens, done.logLikelihood);
  }

  private void enqueue(Text document) {
    int[] tokens = encode.apply(document.text());
    List<Window> cut = windows.of(tokens);
    double unconditioned = -windows.numUnconditioned(tokens) * Math.log(vocabSize);
    long bytes = document.text().getBytes(StandardCharsets.UTF_8).length;
    Pending entry = new Pending(document.id(), bytes, tokens.length, unconditioned, cut.size());
    pending.add(entry);
    cut.forEach(window -> queue.add(new Task(window, entry)));
  }

  private void scoreOneBatch() {
    List<Task> tasks = new ArrayList<>();
    while (tasks.size() < batchSize && !queue.isEmpty()) {
      tasks.add(queue.remove());
    }
    int length = tasks.stream().mapToInt(task -> task.window().length()).max().orElseThrow();
    int[] inputs = new int[tasks.size() * length];
    int[] targets = new int[inputs.length];
    Arrays.fill(targets, Window.NOT_SCORED);
    for (int i = 0; i < tasks.size(); i++) {
      // What stands behind a shorter window's end is not seen by its tokens: attention is causal.
      tasks.get(i).window().copyTo(inputs, targets, i * length);
    }
    float[] losses = model.of(new CausalBatch(tasks.size(), length, inputs, targets));
    for (int i = 0; i < tasks.size(); i++) {
      Pending document = tasks.get(i).document();
      for (int j = i * length; j < (i + 1) * length; j++) {
        document.logLikelihood -= targets[j] >= 0 ? losses[j] : 0;
      }
      document.windowsLeft--;
    }
  }
}
