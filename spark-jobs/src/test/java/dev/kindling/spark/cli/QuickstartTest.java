package dev.kindling.spark.cli;

import static dev.kindling.spark.cli.CommandLineRun.kindling;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuickstartTest {
  private final TinyQuickstart quickstart = TinyQuickstart.get();

  @Test
  void oneCommandGoesFromRawTextToScoresAndSaysWhatCameOfIt() {
    CommandLineRun run = quickstart.run();

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("kept")
        .contains("rejected: ")
        .contains("exact-duplicate")
        .contains("tokens/s")
        .contains("(unigram)")
        .contains("--- sample 1 of 3 ---")
        .contains("bits per byte")
        .contains(quickstart.step("run").resolve("report.html").toString());
  }

  @Test
  void theRunDirectoryExplainsItself() throws IOException {
    Path run = quickstart.step("run");

    assertThat(run.resolve("config.yaml")).content().contains("embeddingSize: 32");
    assertThat(run.resolve("samples.txt")).content().contains("--- sample 3 of 3 ---");
    assertThat(run.resolve("summary.json")).content().contains("validation_loss");
    assertThat(Files.readString(run.resolve("report.html")))
        .contains("unigram", "uniform", "entropy of the grammar", "rejected: exact-duplicate");
  }

  @Test
  void theDataReportShowsTheWayThroughTheRules(@TempDir Path directory) throws IOException {
    Path page = directory.resolve("data.html");
    CommandLineRun run =
        kindling("report", "--input", quickstart.step("documents"), "--output", page);

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    JsonNode details =
        new ObjectMapper()
            .readTree(quickstart.step("documents").resolve("manifest.json").toFile())
            .path("details");
    String duplicates = "<td>− exact-duplicate</td><td class=\"number\">%,d</td>";
    assertThat(page)
        .content()
        .contains(duplicates.formatted(details.at("/rejected/exact-duplicate").asLong()))
        .contains("<td>after documents</td>")
        .contains("<td>broken-utf-8</td>")
        .contains(
            "<td>zh</td><td class=\"number\">%,d</td>"
                .formatted(details.at("/keptByLanguage/zh").asLong()))
        .contains("<summary>too-short: ")
        .contains("characters, at least 50 are asked for");
  }

  @Test
  void signalsAreMeasuredOnceAndPlansComparedOverThem(@TempDir Path directory) {
    Path signals = directory.resolve("signals");
    CommandLineRun measured =
        kindling("signals", "--input", quickstart.step("corpus"), "--output", signals);
    assertThat(measured.err()).isEmpty();
    assertThat(measured.out()).contains("records read").contains("--explain");

    CommandLineRun explained =
        kindling(
            "clean", "--input", signals, "--explain", "--set", "clean.filters=[gopher-quality@en]");
    assertThat(explained.err()).isEmpty();
    assertThat(explained.out())
        .containsPattern("too-short +\\d+ +\\d+\\.\\d+ % +\\d+ +\\d+  where characters < 50")
        .contains("gopher_short_doc: rejects where non_symbol_words < 50 (en)")
        .contains("*50");
    assertThat(kindling("inspect", signals).out()).contains("stop_words").contains("--explain");
  }

  @Test
  void aModelTrainsOnPackedDocumentsOfItsLengthOnly(@TempDir Path directory) {
    Path tokens = directory.resolve("tokens");
    CommandLineRun packed =
        kindling(
            "tokenize",
            "--input",
            quickstart.step("documents"),
            "--tokenizer",
            quickstart.step("tokenizer"),
            "--output",
            tokens,
            "--set",
            "tokenize.packedLength=33");
    assertThat(packed.err()).isEmpty();
    assertThat(packed.out()).contains("train is packed into sequences of 33 tokens");

    CommandLineRun trained = pretrain(tokens, directory.resolve("run"), 32);
    assertThat(trained.err()).isEmpty();
    assertThat(trained.exitCode()).isZero();
    CommandLineRun other = pretrain(tokens, directory.resolve("other"), 31);
    assertThat(other.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(other.err())
        .contains("training sequences packed to 33 tokens")
        .contains("tokenize.packedLength=32");
  }

  private static CommandLineRun pretrain(Path tokens, Path run, int contextLength) {
    return kindling(
        "pretrain",
        "--input",
        tokens,
        "--output",
        run,
        "--set",
        "model.contextLength=" + contextLength,
        "--set",
        "model.numLayers=1",
        "--set",
        "model.numHeads=2",
        "--set",
        "model.embeddingSize=16",
        "--set",
        "training.steps=4",
        "--set",
        "training.batchSize=2",
        "--set",
        "dataParallelism.localSteps=2");
  }

  @Test
  void theSameCommandAgainDoesNothingTwice() throws IOException {
    SortedMap<String, String> before = TinyQuickstart.contents(quickstart.step("."));

    CommandLineRun again = kindling(quickstart.command());

    assertThat(again.err()).isEmpty();
    assertThat(again.exitCode()).isZero();
    assertThat(again.out()).contains("finished already");
    assertThat(TinyQuickstart.contents(quickstart.step("."))).isEqualTo(before);
  }

  @Test
  void generateContinuesAPromptTheSameWayEveryTime() {
    Object[] command = {
      "generate",
      "--input",
      quickstart.step("run"),
      "--prompt",
      "Once upon",
      "--set",
      "generate.maxNewTokens=10",
      "--set",
      "generate.numSamples=2"
    };
    CommandLineRun first = kindling(command);

    assertThat(first.exitCode()).isZero();
    assertThat(first.out()).contains("--- sample 2 of 2 ---\nOnce upon");
    assertThat(kindling(command).out()).isEqualTo(first.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          corpus    | is complete, of kind 'corpus'    | exactDuplicate
          documents | is complete, of kind 'documents' | masked_emails
          tokenizer | is complete, of kind 'tokenizer' | ends a document
          tokens    | is complete, of kind 'tokens'    | train begins
          run       | is a finished training run       | checkpoint step-00000060: complete
          scores    | is complete, of kind 'scores'    | bits per byte
          """)
  void inspectExplainsTheOutputOfEveryStep(String step, String what, String fact) {
    CommandLineRun run = kindling("inspect", quickstart.step(step), "--verify");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains(what).contains(fact).contains("next:");
  }

  @Test
  void inspectExplainsACheckpoint() {
    Path checkpoint = quickstart.step("run").resolve("checkpoints/step-00000060");

    CommandLineRun run = kindling("inspect", checkpoint);

    assertThat(run.out())
        .contains("is complete, of kind 'checkpoint'")
        .contains("GPT with 1 layer, 2 heads, 32 wide, context 32, vocabulary 400")
        .contains("parameters after 60 steps");
  }

  @Test
  void aDryRunOfPretrainSaysHowLargeHowMuchAndHowFar() {
    Path output = quickstart.step("never");

    CommandLineRun run =
        kindling(
            "pretrain",
            "--input",
            quickstart.step("tokens"),
            "--output",
            output,
            "--set",
            "parallel.dataParallel=4",
            "--dry-run");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("parameters")
        .contains("dataParallel 4 × pipelineParallel 1 × tensorParallel 1 = 4 ranks")
        .contains("rounds  100, each of 163,840 tokens")
        .contains("per rank, off the Java heap")
        .contains("an executor needs, for ")
        .contains("until the checkpoint after 10 rounds")
        .contains("per round (all-gather and reduce-scatter");
    assertThat(output).doesNotExist();
  }
}
