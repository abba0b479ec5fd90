package dev.kindling.spark.cli;

import dev.kindling.spark.sweep.fit.TextTable;
import dev.kindling.spark.wordvectors.WordVectors;
import dev.kindling.spark.wordvectors.WordVectorsDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The words nearest to a word. */
@Command(
    name = "neighbours",
    description = "Shows the words whose vectors are nearest to those of some words, by cosine.",
    footer = {
      "Example:",
      "  kindling neighbours --vectors runs/vectors --word king --word river --count 5"
    })
final class NeighboursCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--vectors",
      paramLabel = "PATH",
      required = true,
      description =
          "The output of `kindling word2vec`, or a file in the text format of word2vec or GloVe.")
  private Path path;

  @Option(
      names = "--word",
      paramLabel = "WORD",
      required = true,
      description = "Whose neighbours are shown. Repeatable.")
  private List<String> words = new ArrayList<>();

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Neighbours of each word (default: ${DEFAULT-VALUE}).")
  private int count = 10;

  @Override
  public Integer call() {
    NearestWords.requireCount(count);
    Console console = Console.on(spec.commandLine().getOut());
    WordVectors vectors = WordVectorsDirectory.read(Hadoop.configuration(), path);
    words.forEach(vectors::require);
    for (String word : words) {
      console.line("%s", word);
      TextTable table = NearestWords.table(vectors.neighbours(word, count));
      table.lines().forEach(line -> console.line("  %s", line));
    }
    return Kindling.OK;
  }
}
