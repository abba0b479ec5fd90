package dev.kindling.spark.cli;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.shard.MixJob;
import dev.kindling.data.shard.Mixture;
import dev.kindling.spark.report.Words;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Several sets of token shards to a weighted mixture. */
@Command(
    name = "mix",
    description = {
      "Makes a weighted mixture of token shards, which pretrain takes like any others. Training draws"
          + " samples in the ratio of the weights; validation takes all parts. Nothing is copied: the"
          + " parts must stay where they are."
    },
    footer = {
      "Example:",
      "  kindling mix --input runs/web=0.7 --input runs/books=0.3 --output runs/mixture"
    })
final class MixCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--input",
      paramLabel = "DIR=WEIGHT",
      required = true,
      description =
          "Token shards and their share of the samples; twice or more. Weights need not add up to 1.")
  private List<String> inputs;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Where the mixture goes.")
  private Path output;

  @Override
  public Integer call() {
    Mixture mixture = new Mixture(inputs.stream().map(MixCommand::part).toList());
    if (common.isDryRun()) {
      Plan plan = Plan.of(spec, common.load());
      mixture.parts().forEach(part -> plan.reads("token shards", new Path(part.path())));
      plan.writes("mixture of token shards", output).print();
      return Kindling.OK;
    }
    Console console = Console.on(spec.commandLine().getOut());
    console.step(
        "mix",
        String.join(", ", inputs) + " -> " + output,
        () -> MixJob.run(Hadoop.configuration(), mixture, output),
        manifest -> Words.tokenized(manifest.details()));
    Next.print(console, "kindling pretrain --input " + output + " --output DIR");
    return Kindling.OK;
  }

  private static Mixture.Part part(String input) {
    int equals = input.lastIndexOf('=');
    try {
      return new Mixture.Part(
          input.substring(0, equals), Double.parseDouble(input.substring(equals + 1)));
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new InvalidInputException(
          "--input is '" + input + "'",
          "a directory and a weight, such as runs/web=0.7",
          "give each part its weight",
          e);
    }
  }
}
