package dev.kindling.model.ngram;

import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.predict.CausalModel;
import dev.kindling.model.predict.LogitsListener;
import dev.kindling.model.predict.SequenceChecks;
import java.util.Iterator;

/**
 * A backoff n-gram language model in memory: a token's probability is that of the longest n-gram
 * that ends with it and was seen, times the backoffs of the longer contexts that it was not seen
 * behind. Immutable, and shared by threads.
 */
public final class NgramModel implements CausalModel {
  /** It could be any: no more than order - 1 tokens are looked at. */
  public static final int CONTEXT_LENGTH = 2048;

  /** The n-grams of one order at most: what arrays hold, where children have one end more. */
  public static final int MAX_NGRAMS_OF_ORDER = Integer.MAX_VALUE - 9;

  private final NgramTrie trie;
  private final float[] unigrams;

  private NgramModel(NgramTrie trie) {
    this.trie = trie;
    this.unigrams = new float[trie.vocabSize()];
    for (int token = 0; token < unigrams.length; token++) {
      unigrams[token] = (float) Math.log(trie.probability(1, token));
    }
  }

  /** Puts a model together from its files. */
  public static final class Builder {
    private final NgramTrieBuilder trie;

    /** Of a model of this shape. */
    public Builder(NgramShape shape) {
      this.trie = new NgramTrieBuilder(shape);
    }

    /**
     * Reads the n-grams of the next order, at first those of order 1.
     *
     * @param parts all files of the order, in their order; each is read before the next is asked
     *     for
     * @throws dev.kindling.model.io.WeightsFormatException if they are damaged, or more than {@link
     *     #MAX_NGRAMS_OF_ORDER}
     */
    public Builder addOrder(Iterator<NgramPartReader> parts) {
      trie.addOrder(parts);
      return this;
    }

    /** The model of all orders. */
    public NgramModel build() {
      return new NgramModel(trie.build());
    }
  }

  @Override
  public int vocabSize() {
    return trie.vocabSize();
  }

  /** N, the tokens of the longest n-grams. */
  public int order() {
    return trie.order();
  }

  /** What it takes of the memory. */
  public long bytes() {
    return trie.bytes() + (long) Float.BYTES * unigrams.length;
  }

  /** What a model of this shape takes of the memory, to be known before there is one. */
  public static long bytes(NgramShape shape) {
    long numbers = shape.vocabSize();
    for (int order = 1; order <= shape.order(); order++) {
      long ngrams = shape.orders().get(order - 1).kept();
      numbers += order < shape.order() ? 4 * ngrams + 1 : 2 * ngrams;
    }
    return Float.BYTES * numbers;
  }

  @Override
  public int contextLength() {
    return CONTEXT_LENGTH;
  }

  /** Every window sees all that its first token's probability depends on. */
  @Override
  public int defaultStride() {
    return CONTEXT_LENGTH - (order() - 1);
  }

  @Override
  public float[] tokenLosses(CausalBatch batch) {
    batch.requireVocabulary(vocabSize());
    float[] losses = new float[batch.inputs().length];
    NgramContext context = new NgramContext(trie);
    for (int i = 0; i < losses.length; i++) {
      if (i % batch.length() == 0) {
        context.reset();
      }
      context.add(batch.inputs()[i]);
      if (batch.targets()[i] != Batch.IGNORED) {
        losses[i] = (float) -context.logProbability(batch.targets()[i]);
      }
    }
    return losses;
  }

  /** The logits are ln p, and need no normalisation. */
  @Override
  public void logits(
      int[] tokens, int[] lengths, int[] rows, int rowsPerPart, LogitsListener listener) {
    SequenceChecks.requireIds(tokens, vocabSize());
    int length = tokens.length / lengths.length;
    NgramContext context = new NgramContext(trie);
    for (int first = 0; first < rows.length; first += rowsPerPart) {
      float[] part = new float[Math.min(rowsPerPart, rows.length - first) * vocabSize()];
      for (int i = 0; i * vocabSize() < part.length; i++) {
        int end = rows[first + i] + 1;
        int beginning = (end - 1) / length * length;
        context.reset();
        for (int t = Math.max(beginning, end - (order() - 1)); t < end; t++) {
          context.add(tokens[t]);
        }
        context.logProbabilities(unigrams, part, i * vocabSize());
      }
      listener.accept(first, part);
    }
  }

  /**
   * ln p of every token of a text given those before it in the text.
   *
   * @param given what stands before the text
   * @throws IllegalArgumentException if ids are not of the vocabulary
   */
  public double[] logProbabilities(int[] given, int[] text) {
    SequenceChecks.requireIds(given, vocabSize());
    SequenceChecks.requireIds(text, vocabSize());
    NgramContext context = new NgramContext(trie);
    for (int token : given) {
      context.add(token);
    }
    double[] logProbabilities = new double[text.length];
    for (int i = 0; i < text.length; i++) {
      logProbabilities[i] = context.logProbability(text[i]);
      context.add(text[i]);
    }
    return logProbabilities;
  }
}
