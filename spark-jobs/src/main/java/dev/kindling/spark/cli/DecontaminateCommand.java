package dev.kindling.spark.cli;

import dev.kindling.spark.config.RunConfig;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Documents without the text of evaluation sets. */
@Command(
    name = "decontaminate",
    description = {
      "Removes from documents what evaluation sets are made of, by n-grams of words as for GPT-3:"
          + " whole documents, or the text around an n-gram (decontaminate.action). What is removed is"
          + " kept beside the result, with the evaluation document that it has text of, and how much of"
          + " each set was found is reported."
    },
    footer = {
      "Example:",
      "  kindling decontaminate --input runs/unique --evaluation test.jsonl \\",
      "    --output runs/fair"
    })
final class DecontaminateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--input",
      paramLabel = "DIR",
      required = true,
      description = "Documents: the output of `kindling clean` or `kindling deduplicate`.")
  private Path input;

  @Option(
      names = "--evaluation",
      paramLabel = "PATH",
      required = true,
      description =
          "An evaluation set: a file or directory of text, JSON lines or Parquet, or documents."
              + " Repeatable.")
  private List<String> evaluations;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Where documents/ and rejected/ go.")
  private Path output;

  @Override
  public Integer call() {
    RunConfig config = common.load();
    if (common.isDryRun()) {
      Plan plan = Plan.of(spec, config).reads("documents", input);
      evaluations.forEach(evaluation -> plan.reads("evaluation set", new Path(evaluation)));
      plan.writes("documents, rejected", output).print();
      return Kindling.OK;
    }
    Console console = Console.on(spec.commandLine().getOut());
    try (SparkSession spark = common.openSpark("decontaminate")) {
      Steps.decontaminate(console, spark, config, input, evaluations, output);
    }
    Next.print(console, "kindling tokenizer --input " + output + " --output DIR");
    return Kindling.OK;
  }
}
