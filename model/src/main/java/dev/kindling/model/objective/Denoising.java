package dev.kindling.model.objective;

import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.SequenceToSequenceBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * BART's objective (Lewis et al. 2020): the encoder reads a text with noise, the decoder writes the
 * whole text as it was. All sequences are {@code bos … eos}; the decoder reads the text with eos
 * moved to its front.
 *
 * <pre>
 *   inputs         bos a ‹mask› d e eos
 *   targets        bos a b c d e eos
 *   decoderInputs  eos bos a b c d e
 * </pre>
 *
 * @param length T, of inputs and targets with their special tokens and their padding; 3 or more
 * @param tokens the vocabulary
 * @param fullStops the ordinary tokens that end a sentence, in samples whose sentences are not
 *     known
 * @param noise what is done to the text
 */
public record Denoising(
    int length, SpecialTokens.Bart tokens, Set<Integer> fullStops, DenoisingNoise noise)
    implements Objective {
  private static final int MIN_LENGTH = 3;

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException naming the value and what was expected
   */
  public Denoising {
    Checks.requireAtLeast("length", length, MIN_LENGTH);
    fullStops = Set.copyOf(fullStops);
    if (noise.permuteSentences() > 0 && fullStops.isEmpty()) {
      throw new IllegalArgumentException(
          "permuteSentences is "
              + noise.permuteSentences()
              + ", but there are no fullStops to tell sentences apart: give their ids, or set"
              + " permuteSentences to 0");
    }
  }

  /** What BART models are trained with: {@link DenoisingNoise#bart()}. */
  public static Denoising bart(int length, SpecialTokens.Bart tokens, Set<Integer> fullStops) {
    return new Denoising(length, tokens, fullStops, DenoisingNoise.bart());
  }

  /** What fits between the special tokens. A sample may have fewer, but at least 1. */
  @Override
  public int rawTokens() {
    return length - 2;
  }

  /**
   * One row per sample. Where noise makes a text longer than fits (only insertions can, in texts of
   * the full length), the end of the inputs is cut.
   */
  @Override
  public SequenceToSequenceBatch batch(List<RawSample> samples) {
    Checks.requireSamples(samples);
    int size = samples.size();
    int[] inputs = new int[size * length];
    int[] inputLengths = new int[size];
    int[] decoderInputs = new int[size * length];
    int[] targets = new int[size * length];
    Arrays.fill(inputs, tokens.pad());
    Arrays.fill(decoderInputs, tokens.pad());
    Arrays.fill(targets, Batch.IGNORED);
    for (int row = 0; row < size; row++) {
      RawSample sample = samples.get(row);
      Checks.requireNumTokens(sample, 1, rawTokens());
      Checks.requireOrdinary(sample.noise(), sample.tokens(), tokens.numOrdinary());
      int[] text = sample.tokens();
      int[] noised = noise.apply(text, sentenceEnds(sample), tokens, sample.noise().stream());
      int start = row * length;
      inputLengths[row] = write(noised, Math.min(noised.length, rawTokens()), inputs, start);
      int targetLength = write(text, text.length, targets, start);
      decoderInputs[start] = tokens.decoderStart();
      System.arraycopy(targets, start, decoderInputs, start + 1, targetLength - 1);
    }
    return new SequenceToSequenceBatch(
        size, length, inputs, inputLengths, length, decoderInputs, targets);
  }

  /** The last one is the end of the text. */
  private int[] sentenceEnds(RawSample sample) {
    int[] text = sample.tokens();
    if (sample.sentenceEnds().length > 0) {
      IntStream inside = Arrays.stream(sample.sentenceEnds()).filter(end -> end < text.length);
      return IntStream.concat(inside, IntStream.of(text.length)).toArray();
    }
    return IntStream.rangeClosed(1, text.length)
        .filter(end -> end == text.length || isBetweenSentences(text, end))
        .toArray();
  }

  /** Behind a run of full stops. */
  private boolean isBetweenSentences(int[] text, int at) {
    return fullStops.contains(text[at - 1]) && !fullStops.contains(text[at]);
  }

  /** Returns the length with the special tokens. */
  private int write(int[] text, int numTokens, int[] row, int start) {
    row[start] = tokens.bos();
    System.arraycopy(text, 0, row, start + 1, numTokens);
    row[start + 1 + numTokens] = tokens.eos();
    return numTokens + 2;
  }
}
