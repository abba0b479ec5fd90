package dev.kindling.spark.cli;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.config.GenerateConfig;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.generate.TextGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
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
      "Has a trained model continue a prompt. Runs in this process, without Spark. Equal seeds give"
          + " equal texts."
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
      description = "What to continue (default: generate.prompt of the configuration).")
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
    Configuration hadoop = new Configuration();
    int numThreads = Runtime.getRuntime().availableProcessors();
    try (TextGenerator generator =
        TextGenerator.open(hadoop, input, config.training().backend(), numThreads)) {
      write(hadoop, generator.generate(generate));
    }
    return Kindling.OK;
  }

  private GenerateConfig withPrompt(GenerateConfig config) {
    return prompt == null
        ? config
        : new GenerateConfig(
            prompt,
            config.maxNewTokens(),
            config.temperature(),
            config.topK(),
            config.numSamples(),
            config.seed());
  }

  private void write(Configuration hadoop, List<String> texts) {
    String text = Samples.numbered(texts);
    if (output == null) {
      spec.commandLine().getOut().print(text);
      spec.commandLine().getOut().flush();
      return;
    }
    try (OutputStream out = output.getFileSystem(hadoop).create(output, false)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (FileAlreadyExistsException e) {
      throw new InvalidInputException(
          output + " exists already",
          "a new file",
          "choose another --output; this one was left as it is",
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + output, e);
    }
  }
}
