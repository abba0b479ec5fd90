package dev.kindling.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.parity.ParityFixture;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.LocalTrainer;
import dev.kindling.model.train.Precision;
import dev.kindling.model.train.StepPosition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorTest {
  private static final OptionalInt NO_STOP = OptionalInt.empty();
  private static final SamplingSettings HOT = new SamplingSettings(1.3);

  private static Backend backend;

  @BeforeAll
  static void openBackend() {
    backend = Backends.open("onednn", 1);
  }

  @AfterAll
  static void closeBackend() {
    backend.close();
  }

  private static InferenceModel model(String fixture) {
    return UncachedModel.cached(ParityFixture.load(fixture), Precision.F32, backend);
  }

  private static GenerationRequest request(
      List<Integer> prompt, int maxNewTokens, OptionalInt stopId, long seed, long sample) {
    return new GenerationRequest(prompt, maxNewTokens, stopId, seed, sample);
  }

  private static GenerationRequest request(List<Integer> prompt, int maxNewTokens) {
    return request(prompt, maxNewTokens, NO_STOP, 17, 3);
  }

  private static List<Integer> list(int[] tokens) {
    return Arrays.stream(tokens).boxed().toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "llama"})
  void aGreedyTextIsThatOfPyTorch(String name) {
    ParityFixture fixture = ParityFixture.load(name);
    List<Integer> prompt = list(fixture.ints("greedy.prompt"));
    List<Integer> sequence = list(fixture.ints("greedy.sequence"));
    try (InferenceModel model = UncachedModel.cached(fixture, Precision.F32, backend)) {
      Generator generator = new Generator(model, SamplingSettings.GREEDY, 1);

      int[] tokens = generator.generate(request(prompt, sequence.size() - prompt.size()));

      assertThat(list(tokens)).isEqualTo(sequence.subList(prompt.size(), sequence.size()));
    }
  }

  /** A text of several windows, against a model that reads each window anew for every token. */
  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "llama", "gpt_mixed"})
  void aTextBeyondTheContextLengthIsContinuedFromItsWindow(String name) {
    ParityFixture fixture = ParityFixture.load(name);
    int contextLength = fixture.config().contextLength();
    try (InferenceModel model = UncachedModel.cached(fixture, Precision.F32, backend);
        UncachedModel uncached = new UncachedModel(fixture, Precision.F32, backend)) {
      int[] text = Arrays.copyOf(new int[] {5, 3}, 4 * contextLength);
      for (int length = 2; length < text.length; length++) {
        int start = ContextWindow.start(length, contextLength);
        int[] window = Arrays.copyOfRange(text, start, length);
        text[length] = UncachedModel.best(uncached.next(window));
      }

      Generator generator = new Generator(model, SamplingSettings.GREEDY, 1);
      int[] tokens = generator.generate(request(List.of(5, 3), text.length - 2));

      assertThat(tokens).isEqualTo(Arrays.copyOfRange(text, 2, text.length));
    }
  }

  /** More texts than fit into a batch, of which some end early, some slide, and some are empty. */
  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "llama", "gpt_mixed"})
  void aTextDoesNotDependOnWhatElseIsInItsBatch(String name) {
    try (InferenceModel model = model(name)) {
      List<GenerationRequest> requests = new ArrayList<>();
      for (int i = 0; i < 11; i++) {
        List<Integer> prompt =
            IntStream.rangeClosed(0, (7 * i) % 20).mapToObj(t -> 3 + (t * t + 5) % 20).toList();
        requests.add(request(prompt, (13 * i) % 50, OptionalInt.of(i % 5 + 4), 6, i));
      }
      for (SamplingSettings settings :
          List.of(SamplingSettings.GREEDY, HOT, new SamplingSettings(0.9, 12, 0.95, 1.2))) {
        Generator alone = new Generator(model, settings, 1);
        List<List<Integer>> expected = new ArrayList<>();
        for (GenerationRequest request : requests) {
          expected.add(list(alone.generate(request)));
        }
        assertThat(expected).anyMatch(List::isEmpty).anyMatch(tokens -> tokens.size() > 20);
        for (int batchSize : new int[] {2, 4, 11, 100}) {
          List<int[]> texts =
              new Generator(model, settings, batchSize).generate(requests, (text, token) -> {});
          assertThat(texts.stream().map(GeneratorTest::list).toList())
              .as("%s in batches of %d", settings, batchSize)
              .isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void theTextEndsBeforeTheStopId() {
    try (InferenceModel model = model("gpt2")) {
      Generator generator = new Generator(model, HOT, 1);
      int[] whole = generator.generate(request(List.of(4), 40));
      int stopId = whole[25];
      int first = list(whole).indexOf(stopId);
      List<Integer> streamed = new ArrayList<>();

      int[] tokens =
          generator.generate(
              request(List.of(4), 40, OptionalInt.of(stopId), 17, 3), token -> streamed.add(token));

      assertThat(tokens).isEqualTo(Arrays.copyOf(whole, first));
      assertThat(streamed).isEqualTo(list(tokens));
    }
  }

  /** A rule of its own for every text; some never stop, and more texts wait than go together. */
  @Test
  void aTextEndsWithTheTokensThatItsRuleStopsAtAndFreesItsPlace() {
    try (InferenceModel model = model("gpt2")) {
      List<GenerationRequest> requests = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        requests.add(request(List.of(3 + i, 5), 30 + i, NO_STOP, 6, i));
      }
      List<int[]> whole = new Generator(model, HOT, 3).generate(requests, (text, token) -> {});
      List<List<Integer>> expected = new ArrayList<>();
      for (int i = 0; i < whole.size(); i++) {
        expected.add(list(i % 3 == 2 ? whole.get(i) : Arrays.copyOf(whole.get(i), 4 * i + 1)));
      }
      Generator.StopRule rule =
          (text, newTokens) -> {
            int[] tokens = new int[newTokens.remaining()];
            newTokens.get(tokens);
            assertThat(tokens).isEqualTo(Arrays.copyOf(whole.get(text), tokens.length));
            return text % 3 != 2 && list(tokens).equals(expected.get(text));
          };
      for (int batchSize : new int[] {1, 2, 4, 9}) {
        List<List<Integer>> streamed =
            IntStream.range(0, 9).<List<Integer>>mapToObj(i -> new ArrayList<>()).toList();
        List<int[]> texts =
            new Generator(model, HOT, batchSize)
                .generate(requests, (text, token) -> streamed.get(text).add(token), rule);
        assertThat(texts.stream().map(GeneratorTest::list).toList())
            .as("in batches of %d", batchSize)
            .isEqualTo(expected)
            .isEqualTo(streamed);
      }
    }
  }

  @Test
  void everyTokenIsHandedOverInOrder() {
    try (InferenceModel model = model("llama")) {
      List<List<Integer>> streamed =
          List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      List<GenerationRequest> requests =
          List.of(
              request(List.of(1), 50, NO_STOP, 3, 0),
              request(List.of(2, 3), 9, NO_STOP, 3, 1),
              request(List.of(4), 20, NO_STOP, 3, 2));

      List<int[]> texts =
          new Generator(model, HOT, 2)
              .generate(requests, (text, token) -> streamed.get(text).add(token));

      assertThat(texts.stream().map(GeneratorTest::list).toList()).isEqualTo(streamed);
      assertThat(streamed.stream().map(List::size).toList()).containsExactly(50, 9, 20);
    }
  }

  @Test
  void theSameSeedGivesTheSameTextAndAnotherSeedOrSampleAnother() {
    try (InferenceModel model = model("gpt2")) {
      Generator generator = new Generator(model, HOT, 1);
      int[] text = generator.generate(request(List.of(1, 2), 40, NO_STOP, 17, 3));

      assertThat(generator.generate(request(List.of(1, 2), 40, NO_STOP, 17, 3))).isEqualTo(text);
      assertThat(generator.generate(request(List.of(1, 2), 40, NO_STOP, 18, 3))).isNotEqualTo(text);
      assertThat(generator.generate(request(List.of(1, 2), 40, NO_STOP, 17, 4))).isNotEqualTo(text);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 12, 14, 25})
  void aTextContinuedLaterGoesOnAsIfItHadNotBeenInterrupted(int firstLength) {
    SamplingSettings settings = new SamplingSettings(1.3, 0, 1, 1.1);
    try (InferenceModel model = model("gpt2")) {
      Generator generator = new Generator(model, settings, 1);
      int[] whole = generator.generate(request(List.of(1, 2), 30));
      int[] firstPart = generator.generate(request(List.of(1, 2), firstLength));
      List<Integer> longerPrompt =
          IntStream.concat(IntStream.of(1, 2), Arrays.stream(firstPart)).boxed().toList();

      int[] secondPart = generator.generate(request(longerPrompt, 30 - firstLength));

      assertThat(IntStream.concat(Arrays.stream(firstPart), Arrays.stream(secondPart)).toArray())
          .isEqualTo(whole);
    }
  }

  @Test
  void aRepetitionPenaltyIsForTheWholeText() {
    try (InferenceModel model = model("gpt2")) {
      int vocabSize = model.config().vocabSize();
      SamplingSettings settings = new SamplingSettings(0, 0, 1, 100);

      int[] tokens = new Generator(model, settings, 1).generate(request(List.of(3), 20));

      // Far beyond the context length, no token comes twice while there are others above 0.
      assertThat(Arrays.stream(tokens).limit(vocabSize / 2).distinct().count())
          .isGreaterThan(vocabSize / 2 - 3);
    }
  }

  @ParameterizedTest
  @EnumSource(value = Precision.class, names = "TF32", mode = EnumSource.Mode.EXCLUDE)
  void aTrainedModelIsContinuedByWhatItHasLearnt(Precision precision) {
    GptConfig config = new GptConfig(11, 5, 2, 2, 8, true);
    OptimizerConfig optimizer = OptimizerConfig.adamW(1e-2, 1e-2, 0, 0, 0.9, 0.95, 1e-8, 0, 0);
    try (LocalTrainer trainer = new LocalTrainer(config, optimizer, ComputeOptions.PLAIN, backend);
        InferenceModel model = new InferenceModel(config, precision, backend)) {
      trainer.initialize(5);
      // Every window of the endless text 0, 1, …, 10, 0, 1, … at once.
      int[] inputs = IntStream.range(0, 55).map(i -> (i / 5 + i % 5) % 11).toArray();
      int[] targets = Arrays.stream(inputs).map(id -> (id + 1) % 11).toArray();
      for (int step = 0; step < 60; step++) {
        trainer.step(new CausalBatch(11, 5, inputs, targets), StepPosition.of(step));
      }
      int numParameters = Math.toIntExact(trainer.parameters().numParameters());
      byte[] parameters = new byte[4 * numParameters];
      trainer.parameters().readBytes(0, numParameters, parameters, 0);
      model.parameters().writeBytes(0, numParameters, parameters, 0);
      Generator generator = new Generator(model, SamplingSettings.GREEDY, 2);

      List<int[]> texts =
          generator.generate(
              List.of(request(List.of(2, 3), 8), request(List.of(7), 16)), (text, token) -> {});

      assertThat(texts.get(0)).containsExactly(4, 5, 6, 7, 8, 9, 10, 0);
      assertThat(texts.get(1)).containsExactly(8, 9, 10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1);
    }
  }

  @Test
  void zeroNewTokensNeedNoModelAndNoRequestsGiveNoTexts() {
    try (InferenceModel model = model("gpt2")) {
      model.parameters().flat().setDoubles(broken(model));
      Generator generator = new Generator(model, HOT, 3);

      assertThat(generator.generate(request(List.of(1), 0))).isEmpty();
      assertThat(generator.generate(List.of(), (text, token) -> {})).isEmpty();
    }
  }

  @Test
  void aBrokenModelIsAnError() {
    try (InferenceModel model = model("gpt2")) {
      model.parameters().flat().setDoubles(broken(model));

      assertThatThrownBy(() -> new Generator(model, HOT, 1).generate(request(List.of(1), 1)))
          .isInstanceOf(ArithmeticException.class)
          .hasMessageContaining("the logit of token 0 is NaN: the model's parameters are broken");
    }
  }

  private static double[] broken(InferenceModel model) {
    double[] values = new double[Math.toIntExact(model.parameters().numParameters())];
    Arrays.fill(values, Double.NaN);
    return values;
  }

  @Test
  void impossibleRequestsAreRefused() {
    try (InferenceModel model = model("gpt2");
        InferenceModel encoderDecoder = model("t5")) {
      int vocabSize = model.config().vocabSize();
      assertRefused("the prompt is empty", () -> request(List.of(), 5));
      assertRefused("maxNewTokens is -1", () -> request(List.of(1), -1));
      assertRefused("batchSize is 0", () -> new Generator(model, HOT, 0));
      assertRefused("expected a GPT", () -> new Generator(encoderDecoder, HOT, 1));
      assertRefused(
          "token 1 of a prompt is " + vocabSize,
          () -> new Generator(model, HOT, 1).generate(request(List.of(1, vocabSize), 5)));
      assertRefused(
          "token 0 of a prompt is -1",
          () -> new Generator(model, HOT, 1).generate(request(List.of(-1), 5)));
    }
  }

  private static void assertRefused(String message, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
