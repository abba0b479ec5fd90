package dev.kindling.spark.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.config.GenerateConfig;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.train.ProgressListener;
import dev.kindling.spark.train.TestSpark;
import dev.kindling.spark.train.TinyTokens;
import dev.kindling.spark.train.TrainingPlan;
import dev.kindling.spark.train.TrainingRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text from a small run of every architecture, whose vocabulary is {@code .abcdefghij}. */
class TextGeneratorTest {
  @TempDir static java.nio.file.Path directory;
  private static SparkSession spark;
  private static Path tokens;
  private static final Map<String, Path> RUNS = new HashMap<>();

  @BeforeAll
  static void start() throws IOException {
    spark = TestSpark.local(2);
    tokens = TinyTokens.write(directory.resolve("tokens"));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static List<String> generate(String architecture, String... settings) {
    try (TextGenerator generator = open(architecture)) {
      return generator.generate(config(settings));
    }
  }

  private static TextGenerator open(String architecture) {
    Path run = RUNS.computeIfAbsent(architecture, TextGeneratorTest::train);
    return TextGenerator.open(new Configuration(), run, "onednn", 1);
  }

  private static GenerateConfig config(String... settings) {
    return ConfigLoader.load(Optional.empty(), List.of(settings)).generate();
  }

  private static Path train(String architecture) {
    RunConfig config =
        ConfigLoader.load(
            Optional.empty(),
            List.of(
                "model.architecture=" + architecture,
                "model.contextLength=16",
                "model.numLayers=1",
                "model.numHeads=2",
                "model.embeddingSize=16",
                "training.steps=60",
                "training.batchSize=8",
                "training.backend=onednn",
                "training.optimizer.learningRate=0.01",
                "training.optimizer.warmupSteps=2",
                "training.evaluateEverySteps=0",
                "parallel.dataParallel=1",
                "dataParallelism.localSteps=30"));
    Path run = new Path(directory.resolve(architecture).toUri());
    TrainingPlan plan = TrainingPlan.of(config, tokens, run);
    TrainingRun.run(spark, plan, ProgressListener.NONE);
    return run;
  }

  @Test
  void aGptContinuesThePromptBeyondItsContextLength() {
    String[] settings = {
      "generate.prompt=abc", "generate.maxNewTokens=40", "generate.numSamples=20"
    };

    List<String> texts = generate("gpt", settings);

    assertThat(texts).hasSize(20).allMatch(text -> text.matches("abc[.a-j]{40}"));
    assertThat(texts.stream().distinct().count()).isGreaterThan(15);
    assertThat(generate("gpt", settings)).isEqualTo(texts);
  }

  @Test
  void theSamplingOfAGptFollowsItsSettings() {
    List<String> settings =
        List.of("generate.prompt=a", "generate.maxNewTokens=10", "generate.numSamples=1");
    String greedy = generate("gpt", with(settings, "generate.temperature=0")).get(0);

    assertThat(generate("gpt", with(settings, "generate.topP=1e-9"))).containsExactly(greedy);
    assertThat(generate("gpt", with(settings, "generate.topK=1"))).containsExactly(greedy);
    String unrepeated =
        generate("gpt", with(settings, "generate.temperature=0", "generate.repetitionPenalty=100"))
            .get(0);
    assertThat(unrepeated.chars().distinct().count())
        .isGreaterThanOrEqualTo(greedy.chars().distinct().count())
        .isGreaterThan(5);
  }

  private static String[] with(List<String> settings, String... others) {
    List<String> all = new ArrayList<>(settings);
    all.addAll(List.of(others));
    return all.toArray(String[]::new);
  }

  @Test
  void aBartWritesItsBestTexts() {
    String[] settings = {
      "generate.prompt=ab<mask>ef", "generate.numBeams=5", "generate.numSamples=3"
    };

    List<String> texts = generate("bart", settings);

    assertThat(texts).hasSize(3).allMatch(text -> text.matches("[.a-j]{0,16}"));
    assertThat(generate("bart", settings)).isEqualTo(texts);
  }

  @Test
  void aT5FillsTheBlanksOfThePrompt() {
    List<String> texts =
        generate("t5", "generate.prompt=ab<mask>ef<mask>ij", "generate.numSamples=2");

    assertThat(texts).hasSize(2).allMatch(text -> text.matches("ab[.a-j]*ef[.a-j]*ij"));
  }

  @Test
  void thereAreNoMoreTextsThanBeams() {
    String[] settings = {"generate.prompt=abc", "generate.numBeams=2", "generate.numSamples=9"};

    assertThat(generate("t5", settings)).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"t5", "bart"})
  void anEncoderDecoderMayBeGivenNothing(String architecture) {
    assertThat(generate(architecture, "generate.prompt=")).hasSize(3);
  }

  @Test
  void aBertWritesNoText() {
    assertThatThrownBy(() -> open("bert"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("holds a BERT with 1 layer")
        .hasMessageContaining("model.architecture gpt, t5 or bart");
  }
}
