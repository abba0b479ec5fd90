package dev.kindling.spark.cli;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.clean.ExplainJob;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.report.RuleTables;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Raw or measured text to clean documents. */
@Command(
    name = "clean",
    description = {
      "Reads raw text (.txt, .html, .jsonl, .warc, .parquet) or the output of `kindling signals`,"
          + " normalises it, rejects what is not worth learning from and removes duplicates."
          + " Rejected and unreadable records are kept beside the result, each with its reason."
    },
    footer = {"Example:", "  kindling clean --input runs/corpus --output runs/documents"})
final class CleanCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--input",
      paramLabel = "PATH",
      required = true,
      description =
          "A file or directory of raw text, repeatable; or one output of `kindling signals`.")
  private List<String> inputs;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Where documents/, rejected/ and quarantined/ go.")
  private Path output;

  @Option(
      names = "--explain",
      description =
          "Over stored signals: print what each rule rejects, how rules overlap and what other"
              + " thresholds would keep; write nothing.")
  private boolean explain;

  @Override
  public Integer call() {
    RunConfig config = common.load();
    requireConsistent();
    if (common.isDryRun()) {
      Plan plan = Plan.of(spec, config);
      inputs.forEach(input -> plan.reads("raw text or signals", new Path(input)));
      if (explain) {
        plan.notes("prints what the rules reject; writes nothing");
      } else {
        plan.writes("documents, rejected, quarantined", output);
      }
      plan.print();
      return Kindling.OK;
    }
    Console console = Console.on(spec.commandLine().getOut());
    try (SparkSession spark = common.openSpark("clean")) {
      if (explain) {
        RuleTables.of(
                ExplainJob.run(spark, config.extract(), config.clean(), new Path(inputs.get(0))))
            .forEach(line -> console.line("%s", line));
        return Kindling.OK;
      }
      Steps.clean(console, spark, config, inputs, output);
    }
    Next.print(console, "kindling tokenizer --input " + output + " --output DIR");
    return Kindling.OK;
  }

  private void requireConsistent() {
    if (!explain && output == null) {
      throw new InvalidInputException(
          "there is neither --output nor --explain",
          "where the documents go, or the wish to see what the rules would do",
          "add --output DIR, or --explain");
    }
    if (explain && (output != null || inputs.size() > 1)) {
      throw new InvalidInputException(
          output != null
              ? "--explain and --output " + output
              : "--explain with " + inputs.size() + " inputs",
          "--explain with one --input, which is an output of `kindling signals`",
          "leave the others out: --explain writes nothing");
    }
  }
}
