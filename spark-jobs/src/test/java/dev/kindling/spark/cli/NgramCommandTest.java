package dev.kindling.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.spark.ngram.Corpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NgramCommandTest {
  @TempDir Path directory;
  private Path tokens;
  private Path model;
  private Path arpa;

  @BeforeEach
  void write() throws IOException {
    tokens = directory.resolve("tokens");
    model = directory.resolve("model");
    arpa = directory.resolve("model.arpa");
    Corpus.random(20, true, 200).write(tokens);
  }

  @Test
  void itTellsWhatItCountsAndHowWellItPredicts() throws IOException {
    CommandLineRun run = ngram("--arpa", arpa, "--set", "ngram.order=2");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(Kindling.OK);
    assertThat(run.out())
        .contains("counting in 2,")
        .contains("order 2: ")
        .containsPattern("order 1: 20 n-grams \\(20 seen\\), discounts ")
        .containsPattern("validation: loss [0-9.]+ nats per token, perplexity [0-9.]+, ")
        .contains("next:         kindling score --input CORPUS --checkpoint " + model);
    assertThat(Files.readString(arpa)).startsWith("\\data\\\nngram 1=21\n");

    CommandLineRun explained = CommandLineRun.kindling("inspect", model);

    assertThat(explained.out())
        .contains("is complete, of kind 'ngram'")
        .contains("an n-gram language model")
        .contains("of 180 documents")
        .contains("order 1: 20 n-grams")
        .contains("kindling score --input CORPUS --checkpoint " + model);
  }

  @Test
  void aDryRunWritesNothing() {
    CommandLineRun run = ngram("--dry-run", "--arpa", arpa);

    assertThat(run.exitCode()).isEqualTo(Kindling.OK);
    assertThat(run.out())
        .contains("ngram:\n  order: 4")
        .contains("reads   " + tokens)
        .contains("writes  " + model)
        .contains("writes  " + arpa);
    assertThat(model).doesNotExist();
    assertThat(arpa).doesNotExist();
  }

  @Test
  void aFileThatIsThereIsNoticedBeforeAnythingIsCounted() throws IOException {
    Files.writeString(arpa, "mine");

    CommandLineRun run = ngram("--arpa", arpa);

    assertThat(run.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(run.err()).contains(arpa + " exists already");
    assertThat(model).doesNotExist();
    assertThat(Files.readString(arpa)).isEqualTo("mine");
  }

  private CommandLineRun ngram(Object... more) {
    Object[] arguments = new Object[more.length + 7];
    Object[] first = {"ngram", "--input", tokens, "--output", model, "--master", "local[2]"};
    System.arraycopy(first, 0, arguments, 0, first.length);
    System.arraycopy(more, 0, arguments, first.length, more.length);
    return CommandLineRun.kindling(arguments);
  }
}
