package dev.kindling.spark.cli;

import dev.kindling.spark.config.RunConfig;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Clean documents to a vocabulary. */
@Command(
    name = "tokenizer",
    description =
        "Learns a vocabulary from cleaned documents and writes it as Hugging Face tokenizer.json.",
    footer = {
      "Example:",
      "  kindling tokenizer --input runs/documents --set tokenizer.vocabSize=2048 \\",
      "      --output runs/tokenizer"
    })
final class TokenizerCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--input",
      paramLabel = "DIR",
      required = true,
      description = "Documents: the output of `kindling clean`.")
  private Path input;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Where tokenizer.json goes.")
  private Path output;

  @Override
  public Integer call() {
    RunConfig config = common.load();
    if (common.isDryRun()) {
      Plan.of(spec, config).reads("documents", input).writes("tokenizer.json", output).print();
      return Kindling.OK;
    }
    Console console = Console.on(spec.commandLine().getOut());
    try (SparkSession spark = common.openSpark("tokenizer")) {
      Steps.tokenizer(console, spark, config, input, output);
    }
    Next.print(
        console, "kindling tokenize --input " + input + " --tokenizer " + output + " --output DIR");
    return Kindling.OK;
  }
}
