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

/** Token shards to word vectors. */
@Command(
    name = "word2vec",
    description = {
      "Learns a vector for every word of token shards (skip-gram with hierarchical softmax, by"
          + " Spark's MLlib): words that stand among the same words get near to each other. The text"
          + " is what the shards' tokenizer decodes, of the split train, cut into words.",
      "Also writes vectors.txt, in word2vec's text format, for gensim and other tools. The settings"
          + " are those under `word2vec`."
    },
    footer = {
      "Example:",
      "  kindling word2vec --input runs/tokens --output runs/vectors \\",
      "      --set word2vec.iterations=10"
    })
final class Word2VecCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--input",
      paramLabel = "DIR",
      required = true,
      description = "Token shards (the output of `kindling tokenize`).")
  private Path input;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Where the vectors go.")
  private Path output;

  @Override
  public Integer call() {
    RunConfig config = common.load();
    if (common.isDryRun()) {
      Plan.of(spec, config).reads("token shards", input).writes("word vectors", output).print();
      return Kindling.OK;
    }
    Console console = Console.on(spec.commandLine().getOut());
    try (SparkSession spark = common.openSpark("word2vec")) {
      Steps.wordVectors(console, spark, config, input, output);
    }
    Next.print(console, "kindling neighbours --vectors " + output + " --word WORD");
    return Kindling.OK;
  }
}
