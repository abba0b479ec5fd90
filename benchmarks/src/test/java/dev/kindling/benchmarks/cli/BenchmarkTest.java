package dev.kindling.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class BenchmarkTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Benchmark.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  @Test
  void anUnknownConfigurationIsAnsweredWithThoseThatAreKnown() {
    assertThat(run("train-step", "--configurations", "nano,huge")).isEqualTo(Benchmark.BAD_INPUT);

    assertThat(err.toString())
        .contains("No configuration is named huge: choose from nano, small, medium, gpt2")
        .doesNotContain("\tat ");
  }

  @Test
  void anUnknownEngineIsAnsweredWithThoseThatAreKnown() {
    assertThat(run("train-step", "--engines", "tensorflow")).isEqualTo(Benchmark.BAD_INPUT);

    assertThat(err.toString())
        .contains("No engine is named tensorflow: choose from")
        .contains("libtorch-fp32", "libtorch-bf16", "kindling-fp32");
  }

  @Test
  void noRoundsAreRefused() {
    assertThat(run("limit", "--rounds", "0")).isEqualTo(Benchmark.BAD_INPUT);

    assertThat(err.toString()).contains("--rounds is 0: it must be 1 or more");
  }

  @Test
  void anUnknownKindOfTokenizerIsAnsweredWithThoseThatAreKnown() {
    assertThat(run("tokenizer", "--kinds", "words")).isEqualTo(Benchmark.BAD_INPUT);

    assertThat(err.toString()).contains("'words'", "byte-level-bpe", "wordpiece-cased");
  }

  @Test
  void anUnknownTaskOfAGpuIsAnsweredWithThoseThatAreKnown() {
    assertThat(run("gpu", "--tasks", "gpt5")).isEqualTo(Benchmark.BAD_INPUT);

    assertThat(err.toString()).contains("No task is named gpt5: choose from gpt2-124m");
  }

  @Test
  void pyTorchNeedsItsScript() {
    assertThat(run("gpu", "--tasks", "tiny")).isEqualTo(Benchmark.BAD_INPUT);

    assertThat(err.toString())
        .contains("run this through bin/benchmark or bin/gpu-check, or leave pytorch out")
        .doesNotContain("\tat ");
  }

  @Test
  void theHelpOfACommandHasExamplesAndTheNames() {
    assertThat(run("train-step", "--help")).isEqualTo(Benchmark.OK);

    assertThat(out.toString())
        .contains("benchmark train-step --configurations small,medium")
        .contains("nano, small, medium, gpt2")
        .contains("kindling-fp32")
        .contains("--json");
  }

  @Test
  void theDataBenchmarkNeedsItsLauncher() {
    assertThat(run("data", "--gigabytes", "0.1")).isEqualTo(Benchmark.BAD_INPUT);

    assertThat(err.toString()).contains("run this through bin/benchmark").doesNotContain("\tat ");
  }

  @Test
  void anAllReduceOfNothingIsRefused() {
    assertThat(run("communicator", "--megabytes", "0")).isEqualTo(Benchmark.BAD_INPUT);

    assertThat(err.toString()).contains("--megabytes is 0: it must be between 1 and 1000");
  }

  @Test
  void withoutACommandTheUsageIsShown() {
    assertThat(run()).isEqualTo(Benchmark.BAD_INPUT);

    assertThat(err.toString()).contains("train-step", "limit");
  }
}
