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

/** Clean documents to token shards. */
@Command(
    name = "tokenize",
    description = {
      "Writes cleaned documents as token shards (Megatron .bin and .idx), split into a part to"
          + " train on and a part that is held out for validation."
    },
    footer = {
      "Example:",
      "  kindling tokenize --input runs/documents --tokenizer runs/tokenizer \\",
      "      --output runs/tokens"
    })
final class TokenizeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--input",
      paramLabel = "DIR",
      required = true,
      description = "Documents: the output of `kindling clean`.")
  private Path input;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR",
      required = true,
      description = "The output of `kindling tokenizer`, or a Hugging Face tokenizer.json.")
  private Path tokenizer;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Where the shards go.")
  private Path output;

  @Override
  public Integer call() {
    RunConfig config = common.load();
    if (common.isDryRun()) {
      Plan.of(spec, config)
          .reads("documents", input)
          .reads("tokenizer", tokenizer)
          .writes("token shards", output)
          .print();
      return Kindling.OK;
    }
    Console console = Console.on(spec.commandLine().getOut());
    try (SparkSession spark = common.openSpark("tokenize")) {
      Steps.tokenize(console, spark, config, input, tokenizer, output);
    }
    Next.print(console, "kindling pretrain --input " + output + " --output DIR");
    return Kindling.OK;
  }
}
