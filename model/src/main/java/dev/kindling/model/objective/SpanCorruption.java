package dev.kindling.model.objective;

import dev.kindling.model.batch.SequenceToSequenceBatch;
import dev.kindling.model.random.RandomStream;
import java.util.Arrays;
import java.util.List;

/**
 * T5's objective (Raffel et al. 2020, section 3.1.4): spans of the text are left out, the encoder
 * reads a sentinel in the place of each, and the decoder writes every sentinel followed by what
 * stood there. For the text {@code a b c d e f} without {@code c d} and {@code f}:
 *
 * <pre>
 *   inputs         a b ‹0› e ‹1› eos
 *   targets        ‹0› c d ‹1› f eos
 *   decoderInputs  pad ‹0› c d ‹1› f
 * </pre>
 *
 * <p>How many tokens and spans are left out depends on the length alone, so all samples have the
 * same lengths, and there is no padding. Text and spans alternate, the text first.
 *
 * @param inputLength the most tokens that the encoder reads; 3 or more
 * @param noiseDensity the share of the text that is left out
 * @param meanSpanLength tokens of a span on average; 1 or more
 * @param tokens the vocabulary
 */
public record SpanCorruption(
    int inputLength, double noiseDensity, double meanSpanLength, SpecialTokens.T5 tokens)
    implements Objective {
  private static final int MIN_INPUT_LENGTH = 3;

  /**
   * The lengths of one sample. One token each is the end of the sequence.
   *
   * @param rawTokens the text
   * @param noiseTokens those that are left out
   * @param numSpans the spans that they lie in
   */
  public record Lengths(int rawTokens, int noiseTokens, int numSpans) {
    /** What the encoder reads: the rest of the text and a sentinel for every span. */
    public int inputLength() {
      return rawTokens - noiseTokens + numSpans + 1;
    }

    /** What the decoder writes: what was left out and a sentinel for every span. */
    public int targetLength() {
      return noiseTokens + numSpans + 1;
    }
  }

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException naming the value and what was expected, or if there are fewer
   *     sentinels than spans
   */
  public SpanCorruption {
    Lengths lengths = lengths(inputLength, noiseDensity, meanSpanLength);
    if (lengths.numSpans() > tokens.numSentinels()) {
      throw new IllegalArgumentException(
          "Inputs of "
              + inputLength
              + " tokens leave out "
              + lengths.numSpans()
              + " spans, but there are "
              + tokens.numSentinels()
              + " sentinels: add sentinels, or choose shorter inputs, longer spans or less noise");
    }
  }

  /** T5's settings: 15 % of the text are left out, in spans of 3 tokens on average. */
  public static SpanCorruption t5(int inputLength, SpecialTokens.T5 tokens) {
    return new SpanCorruption(inputLength, 0.15, 3, tokens);
  }

  /**
   * The lengths that follow from the input's: the longest text whose input is no longer. 512 tokens
   * of input are 568 of text and 114 of target.
   *
   * @param inputLength the most tokens that the encoder reads; 3 or more
   * @param noiseDensity the share of the text that is left out; above 0 and below 1
   * @param meanSpanLength tokens of a span on average; 1 or more
   * @throws IllegalArgumentException naming the value and what was expected
   */
  public static Lengths lengths(int inputLength, double noiseDensity, double meanSpanLength) {
    Checks.requireAtLeast("inputLength", inputLength, MIN_INPUT_LENGTH);
    if (!(noiseDensity > 0 && noiseDensity < 1)) {
      throw new IllegalArgumentException(
          "noiseDensity is " + noiseDensity + ": expected a share above 0 and below 1");
    }
    if (!(meanSpanLength >= 1)) {
      throw new IllegalArgumentException(
          "meanSpanLength is " + meanSpanLength + ": expected 1 token or more");
    }
    Lengths longest = lengthsOfText(2, noiseDensity, meanSpanLength);
    while (true) {
      Lengths longer = lengthsOfText(longest.rawTokens() + 1, noiseDensity, meanSpanLength);
      if (longer.inputLength() > inputLength) {
        return longest;
      }
      longest = longer;
    }
  }

  /** Rounds halves to even, as T5's own code does; a text and a span at least are left. */
  private static Lengths lengthsOfText(int numTokens, double noiseDensity, double meanSpanLength) {
    int noise = Math.min(Math.max((int) Math.rint(numTokens * noiseDensity), 1), numTokens - 1);
    int spans = Math.max((int) Math.rint(noise / meanSpanLength), 1);
    return new Lengths(numTokens, noise, Math.min(spans, numTokens - noise));
  }

  @Override
  public int rawTokens() {
    return lengths(inputLength, noiseDensity, meanSpanLength).rawTokens();
  }

  @Override
  public SequenceToSequenceBatch batch(List<RawSample> samples) {
    Checks.requireSamples(samples);
    Lengths lengths = lengths(inputLength, noiseDensity, meanSpanLength);
    int size = samples.size();
    int[] inputs = new int[size * lengths.inputLength()];
    int[] targets = new int[size * lengths.targetLength()];
    int[] decoderInputs = new int[targets.length];
    for (int row = 0; row < size; row++) {
      RawSample sample = samples.get(row);
      Checks.requireNumTokens(sample, lengths.rawTokens(), lengths.rawTokens());
      Checks.requireOrdinary(sample.noise(), sample.tokens(), tokens.numOrdinary());
      int[] input = new int[lengths.inputLength()];
      int[] target = new int[lengths.targetLength()];
      corrupt(sample, lengths, input, target);
      int start = row * target.length;
      System.arraycopy(input, 0, inputs, row * input.length, input.length);
      System.arraycopy(target, 0, targets, start, target.length);
      decoderInputs[start] = tokens.decoderStart();
      System.arraycopy(target, 0, decoderInputs, start + 1, target.length - 1);
    }
    int[] inputLengths = new int[size];
    Arrays.fill(inputLengths, lengths.inputLength());
    return new SequenceToSequenceBatch(
        size,
        lengths.inputLength(),
        inputs,
        inputLengths,
        lengths.targetLength(),
        decoderInputs,
        targets);
  }

  private void corrupt(RawSample sample, Lengths lengths, int[] input, int[] target) {
    RandomStream random = sample.noise().stream();
    int numSpans = lengths.numSpans();
    int[] left = randomParts(lengths.rawTokens() - lengths.noiseTokens(), numSpans, random);
    int[] leftOut = randomParts(lengths.noiseTokens(), numSpans, random);
    int source = 0;
    int read = 0;
    int written = 0;
    for (int span = 0; span < numSpans; span++) {
      System.arraycopy(sample.tokens(), source, input, read, left[span]);
      source += left[span];
      read += left[span];
      input[read++] = tokens.sentinel(span);
      target[written++] = tokens.sentinel(span);
      System.arraycopy(sample.tokens(), source, target, written, leftOut[span]);
      source += leftOut[span];
      written += leftOut[span];
    }
    input[read] = tokens.eos();
    target[written] = tokens.eos();
  }

  /** The lengths of parts of at least one item each; all ways to cut are equally likely. */
  static int[] randomParts(int numItems, int numParts, RandomStream random) {
    int[] parts = new int[numParts];
    parts[0] = 1;
    int part = 0;
    for (boolean isCut : random.nextChoice(numItems - 1, numParts - 1)) {
      part += isCut ? 1 : 0;
      parts[part]++;
    }
    return parts;
  }
}
