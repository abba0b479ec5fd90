package dev.kindling.spark.cli;

import static dev.kindling.spark.cli.CommandLineRun.kindling;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A BERT from token shards to its checkpoint, and what is said of what it cannot do. */
class EncoderOnTheCommandLineTest {
  @TempDir static Path directory;
  private static CommandLineRun pretrained;

  @BeforeAll
  static void pretrain() {
    pretrained = kindling(command("run").toArray());
  }

  private static List<Object> command(String output) {
    List<Object> command = new ArrayList<>();
    command.add("pretrain");
    command.addAll(List.of("--input", TinyQuickstart.get().step("tokens")));
    command.addAll(List.of("--output", directory.resolve(output), "--master", "local[2]"));
    for (String setting :
        List.of(
            "model.architecture=bert",
            "model.contextLength=32",
            "model.numLayers=2",
            "model.numHeads=2",
            "model.embeddingSize=32",
            "training.steps=6",
            "training.batchSize=8",
            "dataParallelism.localSteps=3")) {
      command.addAll(List.of("--set", setting));
    }
    return command;
  }

  @Test
  void itTrainsAndSaysWhyThereAreNoSamples() {
    assertThat(pretrained.err()).isEmpty();
    assertThat(pretrained.exitCode()).isZero();
    assertThat(pretrained.out()).contains("on held-out text").contains("no samples:");
  }

  @Test
  void inspectExplainsTheCheckpointAndSuggestsNothingThatItCannotDo() {
    CommandLineRun run = kindling("inspect", directory.resolve("run/checkpoints/step-00000006"));

    assertThat(run.out())
        .contains("BERT with 2 layers, 2 heads, 32 wide, context 32, vocabulary 404")
        .contains("parameters after 6 steps")
        .doesNotContain("kindling score");
    assertThat(kindling("inspect", directory.resolve("run")).out())
        .contains("is a finished training run")
        .doesNotContain("kindling score");
  }

  @Test
  void scoringWithItIsRefusedBeforeAnythingIsWritten() {
    Path output = directory.resolve("scores");

    CommandLineRun run =
        kindling(
            "score",
            "--input",
            TinyQuickstart.get().step("documents"),
            "--checkpoint",
            directory.resolve("run"),
            "--output",
            output);

    assertThat(run.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(run.err())
        .contains("holds a BERT")
        .contains("a GPT: scoring in the mode rolling predicts each token from those before it")
        .contains("to do:");
    assertThat(output).doesNotExist();
  }

  @Test
  void quickstartSaysBeforeTrainingThatItNeedsAGpt() {
    CommandLineRun run = kindling("quickstart", "--set", "model.architecture=bert", "--dry-run");

    assertThat(run.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(run.err()).contains("model.architecture is bert").contains("gpt");
  }

  @Test
  void aDryRunSaysWhatAReplicaHoldsInMemory() {
    List<Object> command = command("never");
    command.add("--dry-run");

    CommandLineRun run = kindling(command.toArray());

    assertThat(run.err()).isEmpty();
    // 29 tokens of text between the special ones of 8 sequences, 3 steps a round.
    assertThat(run.out())
        .contains("rounds  2, each of 696 tokens")
        .contains("per rank, off the Java heap")
        .contains("activations");
    assertThat(directory.resolve("never")).doesNotExist();
  }
}
