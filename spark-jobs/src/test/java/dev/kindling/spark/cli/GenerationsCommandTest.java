package dev.kindling.spark.cli;

import static dev.kindling.spark.cli.CommandLineRun.kindling;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Generations of models of some thousand parameters, each trained for a few steps. */
class GenerationsCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String[] SMALL = {
    "generations.parameters=20000",
    "generations.tokens=1000",
    "model.contextLength=16",
    "model.numHeads=2",
    "training.batchSize=4",
    "training.evaluateEverySteps=8",
    "training.evaluationTokens=256",
    "training.optimizer.warmupSteps=2",
    "dataParallelism.localSteps=8",
    "word2vec.vectorSize=8",
    "word2vec.iterations=2",
    "generate.maxNewTokens=1"
  };

  private static Path tokens;
  private static Path corpus;

  @TempDir Path directory;

  @BeforeAll
  static void writeTokens() {
    tokens = TinyQuickstart.get().step("tokens");
    corpus = TinyQuickstart.get().step("corpus");
  }

  @Test
  void theTableSaysWhatEveryModelSaysOfItself() throws IOException {
    CommandLineRun run = generations("ngram, word2vec, lstm, gpt", "--corpus", corpus);

    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode state = json("generations.json");
    JsonNode validation = JSON.readTree(tokens.resolve("manifest.json").toFile());
    double tokensPerBit =
        validation.at("/details/splits/validation/tokens").asDouble()
            / validation.at("/details/splits/validation/bytes").asDouble()
            / Math.log(2);
    List<String> csv = Files.readAllLines(out().resolve("generations.csv"));
    assertThat(csv).hasSize(5);
    assertThat(csv.get(0))
        .isEqualTo(
            "model,shape,parameters,tokens,seconds,tokens_per_second,loss,perplexity,"
                + "bits_per_byte");
    for (String model : List.of("lstm", "gpt")) {
      JsonNode row = row(state, model);
      JsonNode summary = json(model, "summary.json");
      assertThat(row.path("parameters")).isEqualTo(summary.path("parameters"));
      assertThat(row.path("parameters").asLong()).isBetween(14_000L, 20_000L);
      assertThat(row.path("tokens")).isEqualTo(summary.path("tokens"));
      assertThat(row.path("tokens").asLong()).isEqualTo(1024);
      assertThat(row.path("tokens_per_second").asDouble())
          .isCloseTo(summary.path("tokens_per_second").asDouble(), within(1e-6));
      assertThat(row.path("loss")).isEqualTo(summary.path("validation_loss"));
    }
    JsonNode ngram = json("ngram", "manifest.json").path("details");
    JsonNode counted = row(state, "ngram");
    assertThat(counted.path("loss")).isEqualTo(ngram.at("/validation/loss"));
    assertThat(counted.path("bits_per_byte").asDouble())
        .isCloseTo(ngram.at("/validation/bitsPerByte").asDouble(), within(1e-9));
    assertThat(counted.path("parameters").asLong()).isBetween(800L, 20_000L);
    assertThat(counted.path("tokens")).isEqualTo(ngram.path("trainTokens"));
    for (String model : List.of("ngram", "lstm", "gpt")) {
      JsonNode row = row(state, model);
      double loss = row.path("loss").asDouble();
      assertThat(row.path("perplexity").asDouble()).isCloseTo(Math.exp(loss), within(1e-9));
      assertThat(row.path("bits_per_byte").asDouble())
          .isCloseTo(loss * tokensPerBit, within(1e-9))
          .isGreaterThan(state.path("entropyBitsPerByte").asDouble());
    }
    JsonNode vectors = json("word2vec", "manifest.json").path("details");
    JsonNode words = row(state, "word2vec");
    assertThat(words.path("parameters").asLong()).isEqualTo(8 * vectors.path("words").asLong());
    assertThat(words.path("loss").isNull()).isTrue();
    assertThat(csv.get(2)).startsWith("word2vec,vectors of 8,").endsWith(",,,");

    assertThat(run.out())
        .contains("1 of 4", "entropy", "word2vec predicts no text", "that of its forward model")
        .containsPattern("lstm predicts (better|worse|no better) than ngram, the best before it")
        .contains("What each generation bought", "Bengio et al. 2003");
    assertThat(out().resolve("report.html"))
        .content()
        .contains("<figcaption>Bits per byte against tokens read</figcaption>")
        .contains("<figcaption>Bits per byte against speed of training</figcaption>")
        .contains("Words that word2vec finds alike")
        .doesNotContain("NaN");
    assertThat(out().resolve("learning-curves.png")).isNotEmptyFile();
    CommandLineRun explained = kindling("inspect", out(), "--verify");
    assertThat(explained.exitCode()).isZero();
    assertThat(explained.out())
        .contains("is complete, of kind 'generations'", "gpt: ", "bits per byte")
        .contains("every file is as its manifest says");

    SortedMap<String, String> before = TinyQuickstart.contents(out());
    CommandLineRun again = generations("ngram, word2vec, lstm, gpt");
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.out())
        .contains("4 of 4 models are finished already", "4 of 4        gpt: finished already");
    assertThat(TinyQuickstart.contents(out())).isEqualTo(before);
  }

  @Test
  void aModelThatFailsIsNamedAndTheOthersGoOn() throws IOException {
    assertThat(generations("gpt").exitCode()).isZero();
    SortedMap<String, String> gpt = TinyQuickstart.contents(out().resolve("gpt"));
    Files.createDirectories(out().resolve("lstm/photos"));

    CommandLineRun run = generations("lstm, feedforward, gpt");

    assertThat(run.exitCode()).isEqualTo(Kindling.FAILED);
    assertThat(run.out())
        .contains("FAILED: ", "1 model failed; the same command tries again", "photos");
    assertThat(json("generations.json").path("models")).hasSize(2);
    assertThat(out().resolve("manifest.json")).doesNotExist();
    assertThat(out().resolve("report.html")).content().contains("Models that failed");
    assertThat(kindling("inspect", out()).out())
        .contains("not all finished", "feedforward: ", "it does what is missing");

    Files.delete(out().resolve("lstm/photos"));
    CommandLineRun repaired = generations("lstm, feedforward, gpt");

    assertThat(repaired.exitCode()).as(repaired.err()).isZero();
    assertThat(repaired.out()).contains("2 of 3 models are finished already");
    assertThat(json("generations.json").at("/models/1/model").asText()).isEqualTo("lstm");
    assertThat(out().resolve("manifest.json")).exists();
    assertThat(TinyQuickstart.contents(out().resolve("gpt"))).isEqualTo(gpt);
  }

  @Test
  void anotherBudgetIsRefusedAndNothingChanged() throws IOException {
    assertThat(generations("ngram").exitCode()).isZero();
    SortedMap<String, String> before = TinyQuickstart.contents(out());

    CommandLineRun other = generations("ngram", "--set", "generations.parameters=30000");

    assertThat(other.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(other.err())
        .contains("generations.parameters was 20000 and is 30000", "nothing was changed");
    assertThat(TinyQuickstart.contents(out())).isEqualTo(before);
  }

  @Test
  void aBudgetThatIsTooSmallNamesTheLeastThatIsEnough() {
    CommandLineRun run =
        generations("lstm, gpt", "--set", "generations.parameters=2000", "--dry-run");

    assertThat(run.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    String least = run.err().replaceAll("(?s).*a budget of ([0-9]+) parameters or more.*", "$1");
    assertThat(run.err()).contains("lstm has at least " + least);
    CommandLineRun enough =
        generations("lstm, gpt", "--set", "generations.parameters=" + least, "--dry-run");
    assertThat(enough.exitCode()).as(enough.err()).isZero();
    assertThat(enough.out()).contains("2 x 4", "dry run: nothing is written");
    assertThat(out()).doesNotExist();
  }

  @Test
  void aCorpusWithoutATruthIsRefused() {
    CommandLineRun run = generations("ngram", "--corpus", tokens);

    assertThat(run.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(run.err()).contains("has no truth.json that tells the entropy");
    assertThat(out()).doesNotExist();
  }

  private Path out() {
    return directory.resolve("generations");
  }

  private CommandLineRun generations(String models, Object... more) {
    List<Object> command =
        new ArrayList<>(
            List.of("generations", "--input", tokens, "--output", out(), "--master", "local[2]"));
    for (String setting : SMALL) {
      command.add("--set");
      command.add(setting);
    }
    command.add("--set");
    command.add("generations.models=[" + models + "]");
    command.addAll(List.of(more));
    return kindling(command.toArray());
  }

  private static JsonNode row(JsonNode state, String model) {
    for (JsonNode row : state.path("models")) {
      if (row.path("model").asText().equals(model)) {
        return row;
      }
    }
    throw new AssertionError("no row of " + model + " in " + state);
  }

  private JsonNode json(String... names) throws IOException {
    Path path = out();
    for (String name : names) {
      path = path.resolve(name);
    }
    return JSON.readTree(path.toFile());
  }
}
