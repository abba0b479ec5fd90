package dev.kindling.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.parity.ParityFixture;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BeamSearchTest {
  private static Backend backend;

  @BeforeAll
  static void openBackend() {
    backend = Backends.open("onednn", 1);
  }

  @AfterAll
  static void closeBackend() {
    backend.close();
  }

  private static InferenceModel cached(ParityFixture fixture) {
    return UncachedModel.cached(fixture, Precision.F32, backend);
  }

  /** The inputs that the fixture's batch has, without their padding. */
  private static List<int[]> inputs(ParityFixture fixture) {
    int[] padded = fixture.ints("input.inputs");
    int[] lengths = fixture.ints("input.inputLengths");
    int longest = padded.length / lengths.length;
    List<int[]> inputs = new ArrayList<>();
    for (int i = 0; i < lengths.length; i++) {
      inputs.add(Arrays.copyOfRange(padded, i * longest, i * longest + lengths[i]));
    }
    return inputs;
  }

  private static int startId(String fixture) {
    return fixture.equals("bart") ? 2 : 0;
  }

  private static int endId(String fixture) {
    return fixture.equals("bart") ? 2 : 1;
  }

  @ParameterizedTest
  @CsvSource({"false, beam.", "true, beamEarlyStopping."})
  void theBestOutputsAreThoseOfPyTorch(boolean earlyStopping, String prefix) {
    ParityFixture fixture = ParityFixture.load("bart");
    int[] sequences = fixture.ints(prefix + "sequences");
    int[] lengths = fixture.ints(prefix + "lengths");
    double[] scores = fixture.doubles(prefix + "scores");
    try (InferenceModel model = cached(fixture)) {
      BeamSettings settings = new BeamSettings(3, 1, earlyStopping, 8, 2, 2);

      List<List<Hypothesis>> outputs = new BeamSearch(model, settings).search(inputs(fixture));

      assertThat(outputs).hasSameSizeAs(lengths);
      for (int i = 0; i < lengths.length; i++) {
        Hypothesis best = outputs.get(i).get(0);
        int[] expected = Arrays.copyOfRange(sequences, 8 * i, 8 * i + lengths[i]);
        assertThat(best.tokens()).as("output %d", i).isEqualTo(list(expected));
        assertThat(best.score()).isCloseTo(scores[i], within(1e-4));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bart", "t5", "t5_gated"})
  void anOutputDoesNotDependOnWhatElseIsSearched(String name) {
    ParityFixture fixture = ParityFixture.load(name);
    try (InferenceModel model = cached(fixture)) {
      List<int[]> inputs = new ArrayList<>(inputs(fixture));
      inputs.add(new int[] {9});
      inputs.add(new int[] {5, 6, 7, 8, 9, 10, 11});
      for (boolean earlyStopping : new boolean[] {false, true}) {
        BeamSettings settings =
            new BeamSettings(4, 0.8, earlyStopping, 10, startId(name), endId(name));
        BeamSearch search = new BeamSearch(model, settings);

        List<List<Hypothesis>> together = search.search(inputs);

        for (int i = 0; i < inputs.size(); i++) {
          List<Hypothesis> alone = search.search(List.of(inputs.get(i))).get(0);
          assertThat(together.get(i)).hasSameSizeAs(alone);
          for (int rank = 0; rank < alone.size(); rank++) {
            Hypothesis expected = alone.get(rank);
            assertThat(together.get(i).get(rank).tokens()).isEqualTo(expected.tokens());
            assertThat(together.get(i).get(rank).score()).isCloseTo(expected.score(), within(1e-5));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bart", "t5", "t5_gated"})
  void oneBeamIsGreedy(String name) {
    ParityFixture fixture = ParityFixture.load(name);
    int[] input = inputs(fixture).get(0);
    try (InferenceModel model = cached(fixture);
        UncachedModel uncached = new UncachedModel(fixture, Precision.F32, backend)) {
      BeamSettings settings = new BeamSettings(1, 1, true, 9, startId(name), endId(name));
      List<Integer> expected = new ArrayList<>();
      double logProbability = 0;
      while (expected.size() < 9 && !expected.contains(endId(name))) {
        double[] logits = uncached.next(input, decoderInputs(startId(name), expected));
        int best = UncachedModel.best(logits);
        logProbability += UncachedModel.logSoftmax(logits)[best];
        expected.add(best);
      }

      List<Hypothesis> outputs = new BeamSearch(model, settings).search(List.of(input)).get(0);

      assertThat(outputs).hasSize(1);
      assertThat(outputs.get(0).tokens()).isEqualTo(expected);
      assertThat(outputs.get(0).score()).isCloseTo(logProbability / expected.size(), within(1e-4));
    }
  }

  /** With a beam for every beginning nothing is missed: all outputs of two tokens are compared. */
  @ParameterizedTest
  @CsvSource({"bart, 0", "bart, 1", "bart, 3", "t5, 0", "t5, 1", "t5_gated, -1", "t5_gated, 2"})
  void asManyBeamsAsTokensFindTheBestOutput(String name, double lengthPenalty) {
    ParityFixture fixture = ParityFixture.load(name);
    int vocabSize = fixture.config().vocabSize();
    int[] input = inputs(fixture).get(0);
    try (InferenceModel model = cached(fixture);
        UncachedModel uncached = new UncachedModel(fixture, Precision.F32, backend)) {
      BeamSettings settings =
          new BeamSettings(vocabSize, lengthPenalty, false, 2, startId(name), endId(name));
      List<Hypothesis> all = new ArrayList<>();
      double[] first =
          UncachedModel.logSoftmax(uncached.next(input, decoderInputs(startId(name), List.of())));
      for (int a = 0; a < vocabSize; a++) {
        if (a == endId(name)) {
          all.add(new Hypothesis(List.of(a), first[a]));
        } else {
          double[] logits = uncached.next(input, decoderInputs(startId(name), List.of(a)));
          double[] second = UncachedModel.logSoftmax(logits);
          for (int b = 0; b < vocabSize; b++) {
            double score = (first[a] + second[b]) / Math.pow(2, lengthPenalty);
            all.add(new Hypothesis(List.of(a, b), score));
          }
        }
      }
      all.sort(Comparator.comparingDouble(Hypothesis::score).reversed());

      List<Hypothesis> outputs = new BeamSearch(model, settings).search(List.of(input)).get(0);

      assertThat(outputs.get(0).tokens()).isEqualTo(all.get(0).tokens());
      assertThat(outputs.get(0).score()).isCloseTo(all.get(0).score(), within(1e-4));
    }
  }

  @Test
  void outputsAreOrderedAndAtMostAsManyAsThereAreBeams() {
    ParityFixture fixture = ParityFixture.load("bart");
    try (InferenceModel model = cached(fixture)) {
      BeamSettings settings = new BeamSettings(5, 1, false, 6, 2, 2);
      for (List<Hypothesis> outputs : new BeamSearch(model, settings).search(inputs(fixture))) {
        assertThat(outputs).hasSize(5).doesNotHaveDuplicates();
        assertThat(outputs)
            .isSortedAccordingTo(Comparator.comparingDouble(Hypothesis::score).reversed());
        for (Hypothesis output : outputs) {
          assertThat(output.tokens().size()).isBetween(1, 6);
          assertThat(output.tokens().subList(0, output.tokens().size() - 1)).doesNotContain(2);
        }
      }
    }
  }

  @Test
  void moreBeamsThanTokensAreFilledUpLater() {
    ParityFixture fixture = ParityFixture.load("bart");
    int vocabSize = fixture.config().vocabSize();
    try (InferenceModel model = cached(fixture)) {
      BeamSettings settings = new BeamSettings(3 * vocabSize, 1, false, 3, 2, 2);

      List<Hypothesis> outputs =
          new BeamSearch(model, settings).search(List.of(new int[] {7, 8})).get(0);

      assertThat(outputs).hasSize(3 * vocabSize).doesNotHaveDuplicates();
    }
  }

  @Test
  void noInputsGiveNoOutputs() {
    try (InferenceModel model = cached(ParityFixture.load("t5"))) {
      BeamSettings settings = new BeamSettings(2, 1, false, 3, 0, 1);

      assertThat(new BeamSearch(model, settings).search(List.of())).isEmpty();
    }
  }

  @Test
  void aBrokenModelIsAnError() {
    try (InferenceModel model = cached(ParityFixture.load("t5"))) {
      double[] broken = new double[Math.toIntExact(model.parameters().numParameters())];
      Arrays.fill(broken, Double.NaN);
      model.parameters().flat().setDoubles(broken);
      BeamSearch search = new BeamSearch(model, new BeamSettings(2, 1, false, 3, 0, 1));

      assertThatThrownBy(() -> search.search(List.of(new int[] {5})))
          .isInstanceOf(ArithmeticException.class)
          .hasMessageContaining("the model's parameters are broken");
    }
  }

  @Test
  void impossibleSearchesAreRefused() {
    try (InferenceModel model = cached(ParityFixture.load("t5"));
        InferenceModel gpt = cached(ParityFixture.load("gpt2"))) {
      int contextLength = model.config().contextLength();
      int vocabSize = model.config().vocabSize();
      assertRefused("numBeams is 0", () -> new BeamSettings(0, 1, false, 3, 0, 1));
      assertRefused("maxNewTokens is 0", () -> new BeamSettings(2, 1, false, 0, 0, 1));
      assertRefused("startId is -1", () -> new BeamSettings(2, 1, false, 3, -1, 1));
      assertRefused("endId is -1", () -> new BeamSettings(2, 1, false, 3, 0, -1));
      assertRefused("lengthPenalty is NaN", () -> new BeamSettings(2, Double.NaN, false, 3, 0, 1));
      BeamSettings tooLong = new BeamSettings(2, 1, false, contextLength + 1, 0, 1);
      assertRefused("at most the model's context length", () -> new BeamSearch(model, tooLong));
      BeamSettings foreign = new BeamSettings(2, 1, false, 3, 0, vocabSize);
      assertRefused("endId is " + vocabSize, () -> new BeamSearch(model, foreign));
      BeamSettings settings = new BeamSettings(2, 1, false, 3, 0, 1);
      assertRefused(
          "expected an encoder-decoder",
          () -> new BeamSearch(gpt, settings).search(List.of(new int[] {1})));
      assertRefused(
          "at least 1 tokens each",
          () -> new BeamSearch(model, settings).search(List.of(new int[] {3}, new int[0])));
    }
  }

  private static void assertRefused(String message, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private static int[] decoderInputs(int startId, List<Integer> tokens) {
    int[] inputs = new int[tokens.size() + 1];
    inputs[0] = startId;
    for (int i = 0; i < tokens.size(); i++) {
      inputs[i + 1] = tokens.get(i);
    }
    return inputs;
  }

  private static List<Integer> list(int[] tokens) {
    return Arrays.stream(tokens).boxed().toList();
  }
}
