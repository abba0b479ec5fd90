package dev.kindling.spark.cli;

import static dev.kindling.spark.cli.CommandLineRun.kindling;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each bad input: one clear message, exit code 2, and everything that was there stays as it was.
 */
class BadInputTest {
  private static final String CHECKPOINT = "checkpoints/step-00000060";

  @TempDir Path directory;

  @Test
  void aMissingInputIsNamed() throws IOException {
    Path missing = directory.resolve("nowhere.txt");

    assertRefused("clean", "--input", missing, "--output", output())
        .contains(missing + " does not exist");
  }

  @Test
  void cleaningNeedsAnOutputOrTheWishToExplain() throws IOException {
    assertRefused("clean", "--input", "x").contains("neither --output nor --explain");
    assertRefused("clean", "--input", "x", "--output", output(), "--explain")
        .contains("--explain writes nothing");
    assertRefused("clean", "--input", "x", "--input", "y", "--explain").contains("with 2 inputs");
  }

  @Test
  void rawTextIsNotExplainedAndTokensAreNotReportedOn() throws IOException {
    Path text = Files.writeString(directory.resolve("a.txt"), "some text");
    assertRefused("clean", "--input", text, "--explain").contains("holds no stored signals");
    assertRefused("report", "--input", copyOf("tokens"), "--output", output())
        .contains("of kind 'tokens'");
  }

  @Test
  void aMissingConfigurationFileIsNamed() throws IOException {
    assertRefused(
            "clean", "--config", directory.resolve("no.yaml"), "--input", "x", "--output", output())
        .contains("no.yaml does not exist");
  }

  @Test
  void anEmptyDirectoryIsNoCorpus() throws IOException {
    Path empty = Files.createDirectory(directory.resolve("empty"));

    assertRefused("clean", "--input", empty, "--output", output()).contains(empty.toString());
  }

  @Test
  void aCorpusOfWhichNothingIsLeftIsNoGroundForATokenizer() throws IOException {
    Path corpus = Files.writeString(directory.resolve("short.txt"), "too short");

    assertRefused("quickstart", "--input", corpus, "--output", output())
        .contains("document")
        .contains("to do:");
  }

  @Test
  void aCorruptedShardIsNamedBeforeTrainingOnIt() throws IOException {
    Path tokens = copyOf("tokens");
    TinyQuickstart.flipByte(tokens.resolve("train-00000.bin"));

    assertRefused("pretrain", "--input", tokens, "--output", output())
        .contains("train-00000.bin")
        .contains("SHA-256")
        .contains("to do:");
  }

  @Test
  void inspectFindsAFlippedByteWhenAskedToVerify() throws IOException {
    Path tokens = copyOf("tokens");
    TinyQuickstart.flipByte(tokens.resolve("train-00000.bin"));

    assertRefused("inspect", tokens, "--verify").contains("train-00000.bin").contains("SHA-256");
  }

  @Test
  void aCheckpointWithoutItsManifestDoesNotExist() throws IOException {
    Path run = copyOf("run");
    Files.delete(run.resolve(CHECKPOINT).resolve("manifest.json"));

    assertRefused("generate", "--input", run.resolve(CHECKPOINT)).contains("has no manifest.json");
    assertRefused(
            "score",
            "--input",
            corpus(),
            "--checkpoint",
            run.resolve(CHECKPOINT),
            "--output",
            output())
        .contains("has no manifest.json");
  }

  @Test
  void aDamagedModelIsFoundByTheExecutorsThatLoadIt() throws IOException {
    Path run = copyOf("run");
    TinyQuickstart.flipByte(run.resolve(CHECKPOINT).resolve("model.safetensors"));

    assertRefused("score", "--input", corpus(), "--checkpoint", run, "--output", output())
        .contains("model.safetensors")
        .contains("SHA-256");
  }

  @Test
  void aVocabularyThatIsNotThatOfTheShardsIsRefused() throws IOException {
    assertRefused(
            "pretrain",
            "--input",
            TinyQuickstart.get().step("tokens"),
            "--output",
            output(),
            "--set",
            "model.vocabSize=77")
        .contains("model.vocabSize is 77")
        .contains("vocabulary of 400");
  }

  @ParameterizedTest
  @CsvSource({
    "tokenizer --input %s/tokens,                          documents",
    "tokenize --input %s/documents --tokenizer %s/tokens/train-00000.bin, tokenizer",
    "pretrain --input %s/documents,                        tokens",
    "score --input %s/tokens --checkpoint %s/run,          documents",
    "score --input %s/documents --checkpoint %s/tokenizer, checkpoint"
  })
  void theOutputOfAnotherStepIsRefusedByNameOfWhatIsExpected(String command, String expected)
      throws IOException {
    String all = TinyQuickstart.get().step(".").toString();
    String[] words = command.replace("%s", all).concat(" --output " + output()).split(" ");

    assertRefused((Object[]) words).contains("expected: ").contains(expected);
  }

  @Test
  void anOutputThatHoldsSomethingElseIsLeftAsItIs() throws IOException {
    Path mine = Files.createDirectory(directory.resolve("mine"));
    Files.writeString(mine.resolve("thesis.txt"), "years of work");

    assertRefused("clean", "--input", corpus(), "--output", mine).contains("thesis.txt");
    assertRefused("pretrain", "--input", TinyQuickstart.get().step("tokens"), "--output", mine)
        .contains("thesis.txt");
  }

  @Test
  void anOutputOfOtherSettingsIsLeftAsItIs() throws IOException {
    Path documents = copyOf("documents");

    assertRefused(
            "clean", "--input", corpus(), "--output", documents, "--set", "clean.minCharacters=7")
        .contains("other inputs or settings");
  }

  @Test
  void inspectSaysClearlyWhatAPathIsNot() throws IOException {
    assertRefused("inspect", directory.resolve("nowhere")).contains("does not exist");

    Files.writeString(directory.resolve("notes.md"), "hello");
    CommandLineRun foreign = kindling("inspect", directory);
    assertThat(foreign.exitCode()).isZero();
    assertThat(foreign.out()).contains("nothing complete that Kindling has written", "notes.md");
    CommandLineRun file = kindling("inspect", directory.resolve("notes.md"));
    assertThat(file.out()).contains("a file that Kindling cannot explain");
  }

  private AbstractStringAssert<?> assertRefused(Object... command) throws IOException {
    SortedMap<String, String> before = TinyQuickstart.contents(directory);

    CommandLineRun run = kindling(command);

    assertThat(run.exitCode()).as(run.err()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(TinyQuickstart.contents(directory)).isEqualTo(before);
    assertThat(run.err())
        .startsWith("kindling ")
        .doesNotContain("\tat ")
        .doesNotContain("Exception");
    return assertThat(run.err());
  }

  private Path copyOf(String step) throws IOException {
    return TinyQuickstart.copy(TinyQuickstart.get().step(step), directory.resolve(step));
  }

  private static Path corpus() {
    return TinyQuickstart.get().step("corpus");
  }

  private Path output() {
    return directory.resolve("output");
  }
}
