package dev.kindling.model.objective;

import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.MaskedBatch;
import dev.kindling.model.random.RandomStream;
import java.util.Arrays;
import java.util.List;

/**
 * Predicts tokens that were masked, and of two segments whether they belong together (BERT, Devlin
 * et al. 2019; sentence order: ALBERT, Lan et al. 2020). A sequence is {@code [CLS] A [SEP] B
 * [SEP]}, or {@code [CLS] A [SEP]} if there is one segment. The noise is drawn anew in every epoch,
 * where BERT's own data was masked once.
 *
 * @param length T, of all sequences with their special tokens and their padding; 5 or more
 * @param tokens the vocabulary
 * @param nextSentence what is predicted of two segments
 * @param masking which tokens are predicted
 * @param shortSequenceProbability the share of sequences that are cut to a length drawn uniformly
 *     from 2 to what fits, so that the model meets short ones too
 */
public record MaskedLanguageModelling(
    int length,
    SpecialTokens.Bert tokens,
    NextSentence nextSentence,
    Masking masking,
    double shortSequenceProbability)
    implements Objective {
  private static final int MIN_LENGTH = 5;

  /**
   * Checks length and share.
   *
   * @throws IllegalArgumentException naming the value and what was expected
   */
  public MaskedLanguageModelling {
    Checks.requireAtLeast("length", length, MIN_LENGTH);
    Checks.requireShare("shortSequenceProbability", shortSequenceProbability);
  }

  /** BERT's settings: {@link Masking#bert}, and 10 % short sequences. */
  public static MaskedLanguageModelling bert(
      int length, SpecialTokens.Bert tokens, NextSentence nextSentence) {
    return new MaskedLanguageModelling(length, tokens, nextSentence, Masking.bert(length), 0.1);
  }

  /** What fits between the special tokens. */
  @Override
  public int rawTokens() {
    return switch (nextSentence) {
      case RANDOM, ORDER -> length - 3;
      case NONE -> length - 2;
    };
  }

  /**
   * One row per sample. A sample may have fewer tokens than {@link #rawTokens()} (the row is
   * padded) or more (whole sentences, say: the longer segment is cut at random ends, as in BERT).
   *
   * @throws IllegalArgumentException if there is no sample, one has no token (two are needed for
   *     {@link NextSentence#ORDER}), or tokens are not of the ordinary vocabulary
   */
  @Override
  public MaskedBatch batch(List<RawSample> samples) {
    Checks.requireSamples(samples);
    int size = samples.size();
    int[] inputs = new int[size * length];
    int[] segments = new int[size * length];
    int[] lengths = new int[size];
    int[] targets = new int[size * length];
    int[] labels = new int[nextSentence == NextSentence.NONE ? 0 : size];
    Arrays.fill(inputs, tokens.pad());
    Arrays.fill(targets, Batch.IGNORED);
    for (int row = 0; row < size; row++) {
      RandomStream random = samples.get(row).noise().stream();
      SegmentPair pair = segments(samples.get(row), random);
      int start = row * length;
      inputs[start] = tokens.cls();
      int second = writeSegment(pair.first(), inputs, start + 1);
      int end = pair.second().length == 0 ? second : writeSegment(pair.second(), inputs, second);
      Arrays.fill(segments, second, end, 1);
      lengths[row] = end - start;
      if (nextSentence != NextSentence.NONE) {
        labels[row] = pair.label();
      }
      masking.maskInPlace(inputs, start, lengths[row], targets, tokens, random);
    }
    return new MaskedBatch(size, length, inputs, segments, lengths, targets, labels);
  }

  private SegmentPair segments(RawSample sample, RandomStream random) {
    Checks.requireNumTokens(sample, nextSentence == NextSentence.ORDER ? 2 : 1, Integer.MAX_VALUE);
    Checks.requireOrdinary(sample.noise(), sample.tokens(), tokens.numOrdinary());
    boolean isShort = random.nextBoolean(shortSequenceProbability);
    int numTokens = isShort ? 2 + random.nextInt(rawTokens() - 1) : rawTokens();
    boolean isCut = isShort || nextSentence == NextSentence.NONE;
    int[] text =
        isCut
            ? Arrays.copyOf(sample.tokens(), Math.min(numTokens, sample.tokens().length))
            : sample.tokens();
    return switch (nextSentence) {
      case NONE -> new SegmentPair(text, new int[0], 0);
      case ORDER ->
          SegmentPair.inSomeOrder(text, sample.sentenceEnds(), random)
              .truncated(rawTokens(), random);
      case RANDOM -> {
        SegmentPair pair =
            SegmentPair.withRandomSecond(
                text, sample.sentenceEnds(), numTokens, sample.other(), random);
        Checks.requireOrdinary(sample.noise(), pair.second(), tokens.numOrdinary());
        yield pair.truncated(rawTokens(), random);
      }
    };
  }

  /** Returns where the segment and its separator end. */
  private int writeSegment(int[] segment, int[] inputs, int start) {
    System.arraycopy(segment, 0, inputs, start, segment.length);
    inputs[start + segment.length] = tokens.sep();
    return start + segment.length + 1;
  }
}
