package dev.kindling.model.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.batch.MaskedBatch;
import dev.kindling.model.random.NoiseKey;
import dev.kindling.model.random.RandomStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MaskedLanguageModellingTest {
  private static final SpecialTokens.Bert TOKENS = SpecialTokens.Bert.behind(1000);
  private static final int CLS = TOKENS.cls();
  private static final int SEP = TOKENS.sep();
  private static final int MASK = TOKENS.mask();
  private static final int PAD = TOKENS.pad();
  private static final Masking ALL_MASKED = new Masking(1, 1000, 1, 0);
  private static final Masking ALL_KEPT = new Masking(1, 1000, 0, 0);
  private static final int NUM_SAMPLES = 4000;

  /** Other documents hold tokens from 500 on, the samples of these tests those below. */
  private static final int FIRST_OTHER = 500;

  private static final OtherDocument OTHER =
      (random, maxLength) -> Samples.text(FIRST_OTHER + random.nextInt(10), maxLength);

  private static MaskedLanguageModelling kept(int length, NextSentence nextSentence) {
    return new MaskedLanguageModelling(length, TOKENS, nextSentence, ALL_KEPT, 0);
  }

  private static MaskedBatch batch(MaskedLanguageModelling objective, long index, int... text) {
    return objective.batch(List.of(new RawSample(new NoiseKey(5, 0, index), text, OTHER)));
  }

  @Test
  void oneSegmentStandsBetweenItsSpecialTokens() {
    MaskedBatch batch =
        batch(new MaskedLanguageModelling(7, TOKENS, NextSentence.NONE, ALL_MASKED, 0), 0, 1, 2, 3);

    assertThat(batch.inputs()).containsExactly(CLS, MASK, MASK, MASK, SEP, PAD, PAD);
    assertThat(batch.targets()).containsExactly(-1, 1, 2, 3, -1, -1, -1);
    assertThat(batch.segments()).containsOnly(0);
    assertThat(batch.lengths()).containsExactly(5);
    assertThat(batch.nextSentence()).isEmpty();
  }

  @Test
  void twoSegmentsAreSwappedOrNot() {
    int numSwapped = 0;
    for (int index = 0; index < NUM_SAMPLES; index++) {
      MaskedBatch batch = batch(kept(6, NextSentence.ORDER), index, 1, 2);
      boolean isSwapped = batch.nextSentence()[0] == 1;
      numSwapped += isSwapped ? 1 : 0;
      assertThat(batch.inputs())
          .containsExactly(CLS, isSwapped ? 2 : 1, SEP, isSwapped ? 1 : 2, SEP, PAD);
      assertThat(batch.segments()).containsExactly(0, 0, 0, 1, 1, 0);
      assertThat(batch.targets())
          .containsExactly(-1, isSwapped ? 2 : 1, -1, isSwapped ? 1 : 2, -1, -1);
      assertThat(batch.lengths()).containsExactly(5);
    }
    Samples.assertShare(numSwapped, NUM_SAMPLES, 0.5);
  }

  @Test
  void theSecondSegmentFollowsOrComesFromAnotherDocument() {
    int numRandom = 0;
    int[] firstLengths = new int[9];
    for (int index = 0; index < NUM_SAMPLES; index++) {
      MaskedBatch batch = batch(kept(13, NextSentence.RANDOM), index, Samples.text(0, 10));
      int[] inputs = batch.inputs();
      int split = IntStream.range(0, 13).filter(i -> inputs[i] == SEP).findFirst().orElseThrow();
      firstLengths[split - 2]++;
      assertThat(Arrays.copyOfRange(inputs, 1, split)).isEqualTo(Samples.text(0, split - 1));
      int firstOfSecond = inputs[split + 1];
      boolean isRandom = batch.nextSentence()[0] == 1;
      assertThat(firstOfSecond >= FIRST_OTHER).isEqualTo(isRandom);
      assertThat(Arrays.copyOfRange(inputs, split + 1, 12))
          .isEqualTo(Samples.text(isRandom ? firstOfSecond : split - 1, 11 - split));
      assertThat(inputs[12]).isEqualTo(SEP);
      assertThat(Arrays.copyOf(batch.segments(), split + 1)).containsOnly(0);
      assertThat(Arrays.copyOfRange(batch.segments(), split + 1, 13)).containsOnly(1);
      numRandom += batch.nextSentence()[0];
    }
    Samples.assertShare(numRandom, NUM_SAMPLES, 0.5);
    Samples.assertUniform(firstLengths);
  }

  /** Sentences of 2, 3 and 1 tokens, and of one that begins: A is one, two or three of them. */
  @Test
  void segmentsConsistOfWholeSentencesWhereTheseAreKnown() {
    Set<Integer> splits = new HashSet<>();
    for (NextSentence nextSentence : List.of(NextSentence.ORDER, NextSentence.RANDOM)) {
      MaskedLanguageModelling objective = kept(11, nextSentence);
      for (int index = 0; index < 200; index++) {
        RawSample sample =
            new RawSample(
                new NoiseKey(5, 0, index), Samples.text(1, 8), new int[] {2, 5, 6}, OTHER);
        MaskedBatch batch = objective.batch(List.of(sample));
        int first = IntStream.of(batch.inputs()).boxed().toList().indexOf(SEP) - 1;
        boolean isSwapped = nextSentence == NextSentence.ORDER && batch.nextSentence()[0] == 1;
        splits.add(isSwapped ? 8 - first : first);
      }
      assertThat(splits).containsExactlyInAnyOrder(2, 5, 6);
    }
  }

  @Test
  void oneTokenIsAlwaysFollowedByAnotherDocument() {
    for (int index = 0; index < 50; index++) {
      MaskedBatch batch = batch(kept(8, NextSentence.RANDOM), index, 7);
      assertThat(batch.nextSentence()).containsExactly(1);
      assertThat(batch.inputs()).startsWith(CLS, 7, SEP).endsWith(SEP);
      assertThat(batch.inputs()[3]).isGreaterThanOrEqualTo(FIRST_OTHER);
    }
  }

  @Test
  void otherDocumentsAreOnlyAskedForWhenTheyAreNeeded() {
    RawSample alone = Samples.sample(0, Samples.text(0, 5));
    kept(8, NextSentence.NONE).batch(List.of(alone));
    kept(8, NextSentence.ORDER).batch(List.of(alone));
    assertThatThrownBy(() -> kept(8, NextSentence.RANDOM).batch(List.of(Samples.sample(0, 1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("The sample came without other documents");
  }

  @ParameterizedTest
  @CsvSource({"128,19", "3,1", "10,2", "30,4", "50,8", "134,20", "512,20"})
  void theNumberOfPredictionsRoundsAsBertDoes(int length, int expected) {
    assertThat(Masking.bert(128).numPredictions(length)).isEqualTo(expected);
  }

  @Test
  void everySequenceHasItsShareOfPredictionsAtUniformPlacesThatAreNotSpecial() {
    int length = 43;
    MaskedLanguageModelling objective =
        MaskedLanguageModelling.bert(length, TOKENS, NextSentence.NONE);
    int[] text = Samples.text(0, length - 2);
    int[] counts = new int[length - 2];
    int numFull = 0;
    for (int index = 0; index < NUM_SAMPLES; index++) {
      MaskedBatch batch = batch(objective, index, text);
      assertThat(batch.numCounted())
          .isEqualTo(objective.masking().numPredictions(batch.lengths()[0]));
      if (batch.lengths()[0] < length) {
        continue;
      }
      numFull++;
      for (int place = 0; place < length; place++) {
        int target = batch.targets()[place];
        if (target != -1) {
          assertThat(target).isEqualTo(text[place - 1]);
          counts[place - 1]++;
        }
      }
    }
    assertThat(IntStream.of(counts).sum()).isEqualTo(6 * numFull);
    Samples.assertUniform(counts);
  }

  @ParameterizedTest
  @EnumSource(NextSentence.class)
  void chosenTokensAreMaskedRandomOrKept(NextSentence nextSentence) {
    MaskedLanguageModelling objective = MaskedLanguageModelling.bert(128, TOKENS, nextSentence);
    int[] text = Samples.text(0, objective.rawTokens());
    int numChosen = 0;
    int numMasked = 0;
    int numOther = 0;
    for (int index = 0; index < NUM_SAMPLES; index++) {
      MaskedBatch batch = batch(objective, index, text);
      for (int i = 0; i < batch.length(); i++) {
        int input = batch.inputs()[i];
        int target = batch.targets()[i];
        if (target == -1) {
          assertThat(input).isNotEqualTo(MASK);
          continue;
        }
        assertThat(target).isBetween(0, 999);
        assertThat(input == MASK || input < 1000).isTrue();
        numChosen++;
        numMasked += input == MASK ? 1 : 0;
        numOther += input != MASK && input != target ? 1 : 0;
      }
    }
    assertThat(numChosen).isGreaterThan(17 * NUM_SAMPLES);
    Samples.assertShare(numMasked, numChosen, 0.8);
    // One random token in 1000 is the one that stood there.
    Samples.assertShare(numOther, numChosen, 0.1 * 0.999);
  }

  @Test
  void randomTokensAreUniformOverTheOrdinaryVocabulary() {
    SpecialTokens.Bert tokens = SpecialTokens.Bert.behind(20);
    Masking allRandom = new Masking(1, 1000, 0, 1);
    MaskedLanguageModelling objective =
        new MaskedLanguageModelling(102, tokens, NextSentence.NONE, allRandom, 0);
    int[] counts = new int[20];
    for (int index = 0; index < 100; index++) {
      MaskedBatch batch = batch(objective, index, new int[100]);
      Arrays.stream(batch.inputs()).filter(id -> id < 20).forEach(id -> counts[id]++);
    }
    assertThat(IntStream.of(counts).sum()).isEqualTo(100 * 100);
    Samples.assertUniform(counts);
  }

  @ParameterizedTest
  @EnumSource(NextSentence.class)
  void oneSequenceInTenIsShortOfAnyLength(NextSentence nextSentence) {
    MaskedLanguageModelling objective = MaskedLanguageModelling.bert(15, TOKENS, nextSentence);
    int most = objective.rawTokens();
    int[] counts = new int[most + 1];
    for (int index = 0; index < 5 * NUM_SAMPLES; index++) {
      int tokens = batch(objective, index, Samples.text(0, most)).lengths()[0] - (15 - most);
      counts[tokens]++;
    }
    // A drawn length may be the full one.
    double full = 0.9 + 0.1 / (most - 1);
    Samples.assertShare(counts[most], 5 * NUM_SAMPLES, full);
    Samples.assertUniform(Arrays.copyOfRange(counts, 2, most));
    assertThat(counts[0] + counts[1]).isZero();
  }

  @Test
  void longerSamplesAreCutToFit() {
    MaskedBatch single = batch(kept(6, NextSentence.NONE), 0, Samples.text(0, 50));
    assertThat(single.inputs()).containsExactly(CLS, 0, 1, 2, 3, SEP);
    for (int index = 0; index < 200; index++) {
      for (NextSentence pair : List.of(NextSentence.ORDER, NextSentence.RANDOM)) {
        MaskedBatch batch = batch(kept(13, pair), index, Samples.text(0, 50));
        assertThat(batch.lengths()).containsExactly(13);
        assertThat(Arrays.stream(batch.inputs()).filter(id -> id == SEP).count()).isEqualTo(2);
      }
    }
  }

  @Test
  void theLongerSegmentIsTruncatedAtRandomEnds() {
    RandomStream random = new RandomStream(4);
    SegmentPair pair = new SegmentPair(Samples.text(0, 10), Samples.text(20, 4), 1);
    long sumOfStarts = 0;
    for (int i = 0; i < NUM_SAMPLES; i++) {
      SegmentPair truncated = pair.truncated(8, random);
      int start = truncated.first()[0];
      assertThat(truncated.first()).isEqualTo(Samples.text(start, 4));
      assertThat(truncated.second()).isEqualTo(pair.second());
      assertThat(truncated.label()).isEqualTo(1);
      sumOfStarts += start;
    }
    Samples.assertShare(sumOfStarts, 6L * NUM_SAMPLES, 0.5);
    assertThat(pair.truncated(14, random)).usingRecursiveComparison().isEqualTo(pair);
  }

  @Test
  void anotherDocumentThatGivesMoreThanItWasAskedForIsRefused() {
    OtherDocument tooMuch = (random, maxLength) -> new int[maxLength + 1];
    RawSample sample = new RawSample(new NoiseKey(0, 0, 0), new int[] {1}, tooMuch);
    assertThatThrownBy(() -> kept(8, NextSentence.RANDOM).batch(List.of(sample)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gave 5 tokens: expected 1 to 4");
  }

  @Test
  void theNoiseOfAKeyNeverChanges() {
    MaskedLanguageModelling objective =
        MaskedLanguageModelling.bert(20, TOKENS, NextSentence.RANDOM);
    MaskedBatch batch = batch(objective, 2, Samples.text(1, 17));

    // 16 of the 17 tokens are A, so B is one token of another document.
    assertThat(batch.nextSentence()).containsExactly(1);
    assertThat(batch.inputs())
        .containsExactly(
            CLS, 1, 2, 3, 4, 5, MASK, MASK, 8, 9, 10, 11, 12, 13, MASK, 15, 16, SEP, 508, SEP);
    int[] targets = new int[20];
    Arrays.fill(targets, -1);
    targets[6] = 6;
    targets[7] = 7;
    targets[14] = 14;
    assertThat(batch.targets()).isEqualTo(targets);
  }

  @Test
  void wrongSettingsAndSamplesAreRefused() {
    assertThatThrownBy(() -> kept(4, NextSentence.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("length is 4: it must be 5 or more");
    assertThatThrownBy(
            () -> new MaskedLanguageModelling(8, TOKENS, NextSentence.NONE, ALL_KEPT, -0.1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("shortSequenceProbability is -0.1: expected a share from 0 to 1");
    assertThatThrownBy(() -> new Masking(0.15, 20, 0.8, 0.3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maskShare 0.8 + randomShare 0.3 is more than 1");
    assertThatThrownBy(() -> new Masking(0.15, 0, 0.8, 0.1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maxPredictions is 0: it must be 1 or more");
    assertThatThrownBy(() -> batch(kept(8, NextSentence.ORDER), 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has 1 tokens: expected 2 or more");
  }
}
