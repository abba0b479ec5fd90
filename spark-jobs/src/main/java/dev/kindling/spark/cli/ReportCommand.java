package dev.kindling.spark.cli;

import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.report.data.DataReport;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What became of a corpus, as a page to look at. */
@Command(
    name = "report",
    description = {
      "Shows in one HTML page what became of a corpus: the flow of documents and bytes through the"
          + " rules of every step, examples of what each rule rejected, languages, lengths and"
          + " clusters of duplicates."
    },
    footer = {
      "Example:",
      "  kindling report --input runs/documents --input runs/unique --output runs/data.html"
    })
final class ReportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--input",
      paramLabel = "DIR",
      required = true,
      description =
          "Documents: the output of `kindling clean` or a later step. Repeatable, in the order of"
              + " the steps.")
  private List<Path> inputs;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "A new HTML file (default: standard output).")
  private Path output;

  @Override
  public Integer call() {
    RunConfig config = common.load();
    if (common.isDryRun()) {
      Plan plan = Plan.of(spec, config);
      inputs.forEach(input -> plan.reads("documents", input));
      if (output != null) {
        plan.writes("the report", output);
      }
      plan.print();
      return Kindling.OK;
    }
    try (SparkSession spark = common.openSpark("report")) {
      TextOutput.write(
          spark.sparkContext().hadoopConfiguration(), spec, output, DataReport.of(spark, inputs));
    }
    return Kindling.OK;
  }
}
