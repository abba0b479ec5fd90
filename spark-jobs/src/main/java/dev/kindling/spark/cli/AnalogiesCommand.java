package dev.kindling.spark.cli;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.sweep.fit.TextTable;
import dev.kindling.spark.wordvectors.AnalogyQuestions;
import dev.kindling.spark.wordvectors.AnalogyQuestions.Score;
import dev.kindling.spark.wordvectors.WordVectors;
import dev.kindling.spark.wordvectors.WordVectorsDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What is to one word as another is to a third. */
@Command(
    name = "analogies",
    description = {
      "Answers what is to C as B is to A: the word nearest to B - A + C (3CosAdd) that is none of"
          + " them. With a file of questions, counts how many are answered right."
    },
    footer = {
      "Example:",
      "  kindling analogies --vectors runs/vectors --questions questions-words.txt",
      "A single one:",
      "  kindling analogies --vectors runs/vectors --ask 'man king woman'"
    })
final class AnalogiesCommand implements Callable<Integer> {
  private static final int WORDS_OF_A_QUESTION = 3;

  @Spec private CommandSpec spec;

  @Option(
      names = "--vectors",
      paramLabel = "PATH",
      required = true,
      description =
          "The output of `kindling word2vec`, or a file in the text format of word2vec or GloVe.")
  private Path path;

  @ArgGroup(multiplicity = "1")
  private Asked asked;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Answers to --ask (default: ${DEFAULT-VALUE}).")
  private int count = 5;

  @Option(
      names = "--most-frequent",
      paramLabel = "N",
      description =
          "Leave out all but the N most frequent words, as published figures often do (default:"
              + " all).")
  private int mostFrequent = Integer.MAX_VALUE;

  /** What is asked. */
  private static final class Asked {
    @Option(
        names = "--ask",
        paramLabel = "'A B C'",
        required = true,
        description = "What is to C as B is to A? Repeatable.")
    private List<String> questions = new ArrayList<>();

    @Option(
        names = "--questions",
        paramLabel = "FILE",
        required = true,
        description =
            "Lines of four words, in sections that begin with ': name', as Google's"
                + " questions-words.txt.")
    private Path file;
  }

  @Override
  public Integer call() {
    NearestWords.requireCount(count);
    if (mostFrequent < 1) {
      throw new InvalidInputException(
          "--most-frequent is " + mostFrequent, "1 or more", "correct the option");
    }
    Console console = Console.on(spec.commandLine().getOut());
    Configuration hadoop = Hadoop.configuration();
    if (asked.file == null) {
      List<String[]> questions = asked.questions.stream().map(AnalogiesCommand::words).toList();
      WordVectors vectors = WordVectorsDirectory.read(hadoop, path).mostFrequent(mostFrequent);
      questions.forEach(words -> answer(console, vectors, words));
    } else {
      AnalogyQuestions questions = AnalogyQuestions.read(hadoop, asked.file);
      WordVectors vectors = WordVectorsDirectory.read(hadoop, path).mostFrequent(mostFrequent);
      table(questions.ask(vectors)).lines().forEach(line -> console.line("%s", line));
    }
    return Kindling.OK;
  }

  private static String[] words(String question) {
    String[] words = question.strip().split("\\s+");
    if (words.length != WORDS_OF_A_QUESTION) {
      throw new InvalidInputException(
          "--ask '" + question + "' has " + Words.count(words.length, "word"),
          "three, such as 'man king woman'",
          "put the three words in quotes");
    }
    return words;
  }

  private void answer(Console console, WordVectors vectors, String[] words) {
    console.line("%s is to %s as %s is to", words[0], words[1], words[2]);
    TextTable table = NearestWords.table(vectors.analogy(words[0], words[1], words[2], count));
    table.lines().forEach(line -> console.line("  %s", line));
  }

  private static TextTable table(List<Score> scores) {
    List<List<String>> rows =
        new ArrayList<>(List.of(List.of("section", "accuracy", "right", "asked", "left out")));
    scores.forEach(score -> rows.add(row(score)));
    rows.add(
        row(
            new Score(
                "all",
                scores.stream().mapToInt(Score::right).sum(),
                scores.stream().mapToInt(Score::asked).sum(),
                scores.stream().mapToInt(Score::left).sum())));
    return new TextTable(rows);
  }

  private static List<String> row(Score score) {
    return List.of(
        score.name(),
        score.asked() == 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", 100 * score.accuracy()),
        Words.number(score.right()),
        Words.number(score.asked()),
        Words.number(score.left()));
  }
}
