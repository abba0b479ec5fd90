package dev.kindling.spark.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.generations.Generations;
import dev.kindling.spark.generations.GenerationsPlan;
import dev.kindling.spark.generations.GenerationsResult;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Every generation of language models under one budget. */
@Command(
    name = "generations",
    description = {
      "Trains every generation of language models, from counts to the Transformer, on the same token"
          + " shards under one budget of parameters and tokens, and compares how well they predict"
          + " the same held-out text: generations.csv, report.html.",
      "The settings under `generations` say which, and the budget; docs/generations.md how fair it"
          + " is. Run the same command again to go on after an interruption. Ends with exit code 1"
          + " if a model has failed."
    },
    footer = {
      "Example:",
      "  kindling generations --config conf/generations.yaml --input runs/tokens \\",
      "      --output runs/generations",
      "On the embedded corpus, whose entropy is known, and without the slowest:",
      "  kindling generations --input runs/tokens --corpus runs/corpus \\",
      "      --output runs/generations --set 'generations.models=[ngram, lstm, gpt]'"
    })
final class GenerationsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--input",
      paramLabel = "DIR",
      required = true,
      description =
          "Token shards that all models are trained on: the output of `kindling tokenize`.")
  private Path input;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "A directory per model, the table and the report go there.")
  private Path output;

  @Option(
      names = "--corpus",
      paramLabel = "DIR",
      description =
          "The output of `kindling sample-corpus` that the shards were made of: its entropy stands"
              + " beside the models.")
  private Path corpus;

  @Override
  public Integer call() {
    Configuration hadoop = Hadoop.configuration();
    GenerationsPlan plan = GenerationsPlan.of(hadoop, input, common.file(), common.settings());
    ObjectNode tokens = Manifest.require(hadoop, input, "tokens").details();
    OptionalDouble entropy = entropy(hadoop, plan, tokens);
    Console console = Console.on(spec.commandLine().getOut());
    int numFinished = Generations.numFinished(hadoop, plan, output);
    new GenerationsPlanTable(plan).lines().forEach(line -> console.line("%s", line));
    if (common.isDryRun()) {
      console.line("dry run: nothing is written to %s", output);
      return Kindling.OK;
    }
    if (numFinished > 0) {
      console.line("%d of %d models are finished already", numFinished, plan.models().size());
    }
    ObjectNode data = Manifest.newDetails();
    data.set("tokens", tokens);
    try (SparkSession spark = common.openSpark("generations")) {
      GenerationsResult result = new Generating(console, spark, plan, data).run(output, entropy);
      return result.failed().isEmpty() ? Kindling.OK : Kindling.FAILED;
    }
  }

  private OptionalDouble entropy(Configuration hadoop, GenerationsPlan plan, ObjectNode tokens) {
    if (corpus == null) {
      return OptionalDouble.empty();
    }
    double nats = EntropyFloor.natsPerToken(hadoop, corpus, tokens);
    if (!(nats > 0)) {
      throw new InvalidInputException(
          corpus + " has no truth.json that tells the entropy of its text",
          "the output of `kindling sample-corpus`",
          "leave --corpus out for other text, whose entropy nobody knows");
    }
    return OptionalDouble.of(plan.heldOut().bitsPerByte(nats));
  }
}
