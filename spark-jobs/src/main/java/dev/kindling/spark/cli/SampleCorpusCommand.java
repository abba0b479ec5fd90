package dev.kindling.spark.cli;

import dev.kindling.data.sample.SampleCorpusConfig;
import dev.kindling.spark.config.RunConfig;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes the embedded corpus. */
@Command(
    name = "sample-corpus",
    description = {
      "Writes a small made-up web crawl in English and Chinese with planted defects, and the truth"
          + " about them (truth.json), so that the whole pipeline can be tried and checked without"
          + " any download."
    },
    footer = {"Example:", "  kindling sample-corpus --documents 1000 --output runs/corpus"})
final class SampleCorpusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--documents",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Stories to write, before defects are planted (default: ${DEFAULT-VALUE}).")
  private int documents;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Where the corpus goes.")
  private Path output;

  @Override
  public Integer call() {
    RunConfig config = common.load();
    SampleCorpusConfig sample = new SampleCorpusConfig(config.seed(), documents);
    if (common.isDryRun()) {
      Plan.of(spec, config).writes("a corpus of " + documents + " stories", output).print();
      return Kindling.OK;
    }
    Console console = Console.on(spec.commandLine().getOut());
    Steps.sampleCorpus(console, Hadoop.configuration(), sample, output);
    Next.print(console, "kindling clean --input " + output + " --output DIR");
    return Kindling.OK;
  }
}
