package dev.kindling.spark.cli;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.ngram.NgramDirectory;
import dev.kindling.spark.report.Words;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Token shards to an n-gram model. */
@Command(
    name = "ngram",
    description = {
      "Counts n-grams in token shards and makes a language model of them, smoothed by modified"
          + " Kneser-Ney. `kindling score` scores with it. The settings under `ngram` say how long"
          + " n-grams are, and which are too rare to be kept."
    },
    footer = {
      "Example:",
      "  kindling ngram --input runs/tokens --output runs/ngram",
      "A larger order without rare n-grams, also as a file that KenLM and SRILM read:",
      "  kindling ngram --input runs/tokens --output runs/fivegram --arpa fivegram.arpa \\",
      "      --set ngram.order=5 --set 'ngram.prune=[0, 0, 1]'"
    })
final class NgramCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--input",
      paramLabel = "DIR",
      required = true,
      description = "Token shards: the output of `kindling tokenize`.")
  private Path input;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Where the model goes.")
  private Path output;

  @Option(
      names = "--arpa",
      paramLabel = "FILE",
      description = "A new file for the model in the ARPA format too; words are token ids.")
  private Path arpa;

  @Override
  public Integer call() {
    RunConfig config = common.load();
    requireNew(arpa);
    if (common.isDryRun()) {
      Plan plan = Plan.of(spec, config).reads("token shards", input).writes("n-gram model", output);
      if (arpa != null) {
        plan.notes("writes  " + arpa + "  (the same model in the ARPA format; new)");
      }
      plan.print();
      return Kindling.OK;
    }
    Console console = Console.on(spec.commandLine().getOut());
    try (SparkSession spark = common.openSpark("ngram")) {
      Steps.ngram(console, spark, config, input, output);
      if (arpa != null) {
        NgramDirectory model = NgramDirectory.open(Hadoop.configuration(), output);
        console.step(
            "arpa",
            output + " -> " + arpa,
            () -> {
              model.exportArpa(arpa);
              return model.shape();
            },
            shape -> Words.count(shape.numNgrams(), "n-gram"));
      }
    }
    Next.print(
        console, "kindling score --input CORPUS --checkpoint " + output + " --output SCORES");
    return Kindling.OK;
  }

  /** Before any work: to find it out behind hours of counting would be hard. */
  private static void requireNew(Path file) {
    try {
      if (file != null && file.getFileSystem(Hadoop.configuration()).exists(file)) {
        throw new InvalidInputException(
            file + " exists already",
            "a new file",
            "choose another --arpa; this one was left as it is");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at " + file, e);
    }
  }
}
