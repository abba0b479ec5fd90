package dev.kindling.spark.cli;

import static dev.kindling.spark.cli.CommandLineRun.kindling;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.spark.config.ConfigLoader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KindlingTest {
  @TempDir Path directory;

  static List<String> commands() {
    return Kindling.commandLine().getSubcommands().keySet().stream()
        .filter(name -> !name.equals("help"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandExplainsItselfWithAnExampleThatItAccepts(String command) {
    CommandLineRun help = kindling(command, "--help");

    assertThat(help.exitCode()).isZero();
    assertThat(help.out()).contains("Usage: kindling " + command).contains("Example:");
    String example =
        help.out().substring(help.out().indexOf("Example:")).replace("\\\n", " ").strip();
    String line = example.lines().skip(1).findFirst().orElseThrow().strip();
    String[] words = line.split(" > ", 2)[0].split("\\s+");
    assertThat(words[0]).isEqualTo("kindling");
    List<String> arguments = List.of(words).subList(1, words.length);
    // Parsing throws on an option that does not exist or is missing.
    assertThat(Kindling.commandLine().parseArgs(arguments.toArray(String[]::new)).errors())
        .isEmpty();
  }

  @Test
  void withoutACommandItShowsHowItIsUsed() {
    CommandLineRun run = kindling();

    assertThat(run.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(run.err()).contains("Usage: kindling").contains("sample-corpus").contains("clean");
  }

  @Test
  void anUnknownOptionIsOneClearMessage() {
    CommandLineRun run = kindling("clean", "--inputt", "x", "--output", "y");

    assertThat(run.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(run.err()).contains("kindling clean:").contains("--help").doesNotContain("\tat ");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void configPrintsTheDefaultsWithTheirComments() {
    CommandLineRun run = kindling("config");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEqualTo(ConfigLoader.defaultsYaml());
  }

  @Test
  void aDryRunPrintsTheResolvedConfigurationAndWritesNothing() {
    Path output = directory.resolve("corpus");

    CommandLineRun run =
        kindling("sample-corpus", "--output", output, "--set", "seed=99", "--dry-run");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("seed: 99").contains("writes  " + output);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void anUnknownConfigurationKeyIsOneClearMessage() {
    CommandLineRun run =
        kindling("clean", "--input", directory, "--output", "o", "--set", "clean.minChars=3");

    assertThat(run.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(run.err())
        .contains("kindling clean: --set clean.minChars=3: unknown key 'clean.minChars'")
        .contains("did you mean 'clean.minCharacters'?")
        .doesNotContain("\tat ");
  }
}
