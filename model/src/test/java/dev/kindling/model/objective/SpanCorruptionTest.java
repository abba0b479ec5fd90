package dev.kindling.model.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.batch.SequenceToSequenceBatch;
import dev.kindling.model.random.RandomStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpanCorruptionTest {
  private static final SpecialTokens.T5 TOKENS = SpecialTokens.T5.behind(1000);
  private static final int EOS = TOKENS.eos();
  private static final int FIRST = TOKENS.sentinel(0);
  private static final int SECOND = TOKENS.sentinel(1);
  private static final int THIRD = TOKENS.sentinel(2);

  @ParameterizedTest
  @CsvSource({"512,568,114,28", "256,284,58,14", "128,141,29,7", "10,10,4,1", "3,2,3,1"})
  void theInputLengthDecidesHowMuchTextAndTargetThereIs(
      int inputLength, int rawTokens, int targetLength, int numSpans) {
    SpanCorruption.Lengths lengths = SpanCorruption.lengths(inputLength, 0.15, 3);

    assertThat(lengths.rawTokens()).isEqualTo(rawTokens);
    assertThat(lengths.inputLength()).isEqualTo(inputLength);
    assertThat(lengths.targetLength()).isEqualTo(targetLength);
    assertThat(lengths.numSpans()).isEqualTo(numSpans);
    assertThat(SpanCorruption.t5(inputLength, TOKENS).rawTokens()).isEqualTo(rawTokens);
  }

  @ParameterizedTest
  @CsvSource({"0.1,2", "0.15,3", "0.25,5", "0.5,3", "0.5,10"})
  void inputsOfThePapersVariantsAreExactlyAsLongAsAsked(double density, double meanSpan) {
    for (int inputLength = 3; inputLength <= 600; inputLength++) {
      SpanCorruption.Lengths lengths = SpanCorruption.lengths(inputLength, density, meanSpan);
      assertThat(lengths.inputLength()).isEqualTo(inputLength);
    }
  }

  @ParameterizedTest
  @CsvSource({"0.5,1", "0.9,1", "0.99,2", "0.01,100"})
  void extremeSettingsLeaveTextBetweenSpans(double density, double meanSpan) {
    for (int inputLength = 3; inputLength <= 100; inputLength++) {
      SpanCorruption.Lengths lengths = SpanCorruption.lengths(inputLength, density, meanSpan);
      assertThat(lengths.inputLength()).isBetween(inputLength - 1, inputLength);
      assertThat(lengths.noiseTokens()).isGreaterThanOrEqualTo(lengths.numSpans());
      assertThat(lengths.rawTokens() - lengths.noiseTokens())
          .isGreaterThanOrEqualTo(lengths.numSpans());
    }
  }

  /** One span has one place only, because text and spans alternate, the text first. */
  @Test
  void theOnlySpanIsAtTheEnd() {
    SequenceToSequenceBatch batch =
        SpanCorruption.t5(10, TOKENS)
            .batch(List.of(Samples.sample(0, Samples.text(1, 10)), Samples.sample(1, new int[10])));

    assertThat(batch.inputs())
        .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, FIRST, EOS, 0, 0, 0, 0, 0, 0, 0, 0, FIRST, EOS);
    assertThat(batch.inputLengths()).containsExactly(10, 10);
    assertThat(batch.targets()).containsExactly(FIRST, 9, 10, EOS, FIRST, 0, 0, EOS);
    assertThat(batch.decoderInputs())
        .containsExactly(TOKENS.pad(), FIRST, 9, 10, TOKENS.pad(), FIRST, 0, 0);
    assertThat(batch.numCounted()).isEqualTo(8);
  }

  @Test
  void everySpanHasItsSentinelInInputAndTarget() {
    SpanCorruption objective = new SpanCorruption(14, 0.4, 2, TOKENS);
    SequenceToSequenceBatch batch =
        objective.batch(List.of(Samples.sample(3, Samples.text(1, objective.rawTokens()))));

    assertThat(batch.inputs())
        .containsExactly(1, 2, 3, 4, 5, 6, FIRST, 11, SECOND, 13, 14, 15, THIRD, EOS);
    assertThat(batch.targets()).containsExactly(FIRST, 7, 8, 9, 10, SECOND, 12, THIRD, 16, EOS);
  }

  @Test
  void inputsAndTargetsGiveTheTextBack() {
    SpanCorruption objective = SpanCorruption.t5(128, TOKENS);
    int[] text = Samples.text(100, objective.rawTokens());
    Samples.forEach(
        1000,
        text,
        samples -> {
          SequenceToSequenceBatch batch = objective.batch(samples);
          assertThat(reconstruct(batch.inputs(), batch.targets())).isEqualTo(text);
        });
  }

  /** Reads the input, and for every sentinel what stands behind it in the target. */
  private static int[] reconstruct(int[] inputs, int[] targets) {
    assertThat(inputs[inputs.length - 1]).isEqualTo(EOS);
    assertThat(targets[targets.length - 1]).isEqualTo(EOS);
    IntStream.Builder text = IntStream.builder();
    int target = 0;
    for (int input = 0; input < inputs.length - 1; input++) {
      if (inputs[input] < TOKENS.numOrdinary()) {
        text.add(inputs[input]);
        continue;
      }
      assertThat(targets[target++]).isEqualTo(inputs[input]);
      while (targets[target] < TOKENS.numOrdinary()) {
        text.add(targets[target++]);
      }
    }
    assertThat(target).isEqualTo(targets.length - 1);
    return text.build().toArray();
  }

  @Test
  void spansHaveTheirNumberAndTheirMeanLengthInEverySample() {
    SpanCorruption objective = SpanCorruption.t5(512, TOKENS);
    long[] firstSpan = new long[2];
    Samples.forEach(
        2000,
        Samples.text(0, 568),
        samples -> {
          int[] targets = objective.batch(samples).targets();
          int[] sentinels = Arrays.stream(targets).filter(id -> id > EOS).toArray();
          assertThat(sentinels)
              .containsExactly(IntStream.range(0, 28).map(TOKENS::sentinel).toArray());
          assertThat(Arrays.stream(targets).filter(id -> id < 1000).count()).isEqualTo(85);
          firstSpan[0] += indexOf(targets, SECOND) - 1;
          firstSpan[1] += indexOf(objective.batch(samples).inputs(), FIRST);
        });
    // Parts of a random segmentation of n into k have the mean n / k, and a deviation below it.
    assertThat(firstSpan[0] / 2000.0).isCloseTo(85.0 / 28, within(5 * 85.0 / 28 / 44));
    assertThat(firstSpan[1] / 2000.0).isCloseTo(483.0 / 28, within(5 * 483.0 / 28 / 44));
  }

  private static int indexOf(int[] values, int value) {
    return IntStream.range(0, values.length).filter(i -> values[i] == value).findFirst().orElse(-1);
  }

  @Test
  void allWaysToCutIntoPartsAreEquallyLikely() {
    RandomStream random = new RandomStream(3);
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      int[] parts = SpanCorruption.randomParts(6, 3, random);
      assertThat(parts).hasSize(3).doesNotContain(0);
      assertThat(Arrays.stream(parts).sum()).isEqualTo(6);
      counts.merge(Arrays.toString(parts), 1, Integer::sum);
    }
    assertThat(counts).hasSize(10);
    Samples.assertUniform(counts.values().stream().mapToInt(Integer::intValue).toArray());
  }

  @Test
  void wrongSettingsAndSamplesAreRefused() {
    assertThatThrownBy(() -> SpanCorruption.t5(2, TOKENS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("inputLength is 2: it must be 3 or more");
    assertThatThrownBy(() -> new SpanCorruption(64, 1, 3, TOKENS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("noiseDensity is 1.0: expected a share above 0 and below 1");
    assertThatThrownBy(() -> new SpanCorruption(64, 0.15, 0.5, TOKENS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("meanSpanLength is 0.5");
    assertThatThrownBy(() -> SpanCorruption.t5(2048, TOKENS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("leave out 114 spans, but there are 100 sentinels");
    assertThatThrownBy(() -> SpanCorruption.t5(10, TOKENS).batch(List.of(Samples.sample(0, 1, 2))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has 2 tokens: expected exactly 10");
  }
}
