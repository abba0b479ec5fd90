package dev.kindling.spark.cli;

import dev.kindling.spark.config.GenerateConfig;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.generate.TextGenerator;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A trained model to text. */
@Command(
    name = "generate",
    description = {
      "Has a trained GPT continue a prompt, or a T5 or BART rewrite it and fill in every <mask>. Runs"
          + " in this process, without Spark. Equal seeds give equal texts."
    },
    footer = {
      "Example:",
      "  kindling generate --input runs/quickstart/run --set generate.numSamples=1"
    })
final class GenerateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--input",
      paramLabel = "DIR",
      required = true,
      description = "A run, whose newest checkpoint is taken, or one checkpoint.")
  private Path input;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description = "What to continue or rewrite (default: generate.prompt of the configuration).")
  private String prompt;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "A new file for the texts (default: standard output).")
  private Path output;

  @Override
  public Integer call() {
    RunConfig config = common.load();
    GenerateConfig generate = withPrompt(config.generate());
    if (common.isDryRun()) {
      Plan plan = Plan.of(spec, config).reads("run or checkpoint", input);
      if (output != null) {
        plan.writes("texts", output);
      }
      plan.print();
      return Kindling.OK;
    }
    Configuration hadoop = Hadoop.configuration();
    int numThreads = Runtime.getRuntime().availableProcessors();
    try (TextGenerator generator =
        TextGenerator.open(hadoop, input, config.training().backend(), numThreads)) {
      TextOutput.write(hadoop, spec, output, Samples.numbered(generator.generate(generate)));
    }
    return Kindling.OK;
  }

  private GenerateConfig withPrompt(GenerateConfig config) {
    return prompt == null ? config : config.withPrompt(prompt);
  }
}
