package dev.kindling.spark.cli;

import static dev.kindling.spark.cli.CommandLineRun.kindling;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Raw text to documents without repeated substrings and without the text of an evaluation set. */
class DecontaminateOnTheCommandLineTest {
  private static final String FIRST = words("b", 120);
  private static final String SECOND = words("c", 120);
  private static final String SHARED = words("d", 60);

  @TempDir Path directory;

  @Test
  void eachStepSaysWhatItRemovedAndInspectSaysItAgain() throws IOException {
    Path raw =
        Files.write(
            directory.resolve("raw.txt"),
            List.of(
                FIRST + " " + SHARED,
                SECOND + " " + SHARED + " " + words("e", 30),
                words("f", 90)));
    Path test = Files.writeString(directory.resolve("test.txt"), SECOND.substring(0, 200));
    Path documents = directory.resolve("documents");
    Path unique = directory.resolve("unique");
    Path fair = directory.resolve("fair");

    step("clean", "--input", raw, "--output", documents, "--set", "clean.rejectGibberish=false");
    CommandLineRun deduplicated =
        step(
            "deduplicate",
            "--input",
            documents,
            "--output",
            unique,
            "--set",
            "deduplicate.repeatedSubstrings=remove");
    CommandLineRun decontaminated =
        step("decontaminate", "--input", unique, "--evaluation", test, "--output", fair);

    String substrings = "1 repeated substring removed or masked (60 tokens, 300 characters)";
    assertThat(deduplicated.out()).contains("3 documents read: 3 kept").contains(substrings);
    assertThat(kindling("inspect", unique).out()).contains(substrings);
    String found = test + ": 1 of 1 document found, 0 too short to be looked for";
    assertThat(decontaminated.out())
        .contains("3 documents read: 2 kept\n")
        .contains("1 rejected: contaminated 1")
        .contains(found);
    assertThat(kindling("inspect", fair).out())
        .contains("documents without text of evaluation sets")
        .contains(found);
  }

  private static CommandLineRun step(Object... command) {
    Object[] local = new Object[command.length + 4];
    System.arraycopy(command, 0, local, 0, command.length);
    System.arraycopy(
        new Object[] {"--master", "local[2]", "--set", "read.text=line"},
        0,
        local,
        command.length,
        4);
    CommandLineRun run = kindling(local);
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    return run;
  }

  /** Words of four letters that begin with this one. */
  private static String words(String first, int numWords) {
    return IntStream.range(0, numWords)
        .mapToObj(i -> first + (char) ('a' + i / 26) + "e" + (char) ('a' + i % 26))
        .collect(Collectors.joining(" "));
  }
}
