package dev.kindling.spark.wordvectors;

import dev.kindling.data.InvalidInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Questions in the format of Google's analogy test set (Mikolov et al. 2013): a line {@code :
 * section} begins a section, every other line has four words of which the last is asked for.
 *
 * @param sections in the order of the file
 */
public record AnalogyQuestions(List<Section> sections) {
  private static final int WORDS_OF_A_QUESTION = 4;

  /**
   * Some questions of one sort.
   *
   * @param name of the sort
   * @param questions of four words each
   */
  public record Section(String name, List<List<String>> questions) {}

  /**
   * How many of a section's questions were answered right.
   *
   * @param name of the section
   * @param right the nearest word is the one that was asked for
   * @param asked all words of the question have vectors
   * @param left out, for want of a vector
   */
  public record Score(String name, int right, int asked, int left) {
    /** From 0 to 1; not a number where none was asked. */
    public double accuracy() {
      return (double) right / asked;
    }
  }

  /**
   * Reads a file.
   *
   * @throws InvalidInputException naming the line that is not of the format
   */
  public static AnalogyQuestions read(Configuration hadoop, Path path) {
    List<Section> sections = new ArrayList<>();
    int number = 0;
    try (InputStream in = path.getFileSystem(hadoop).open(path)) {
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (line.startsWith(":")) {
          sections.add(new Section(line.substring(1).strip(), new ArrayList<>()));
        } else if (!line.isBlank()) {
          List<String> words = List.of(line.strip().split("\\s+"));
          if (words.size() != WORDS_OF_A_QUESTION) {
            throw wrong(path + ", line " + number + " has " + words.size() + " words");
          }
          if (sections.isEmpty()) {
            sections.add(new Section("questions", new ArrayList<>()));
          }
          sections.get(sections.size() - 1).questions().add(words);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the questions " + path, e);
    }
    sections.removeIf(section -> section.questions().isEmpty());
    if (sections.isEmpty()) {
      throw wrong(path + " has no questions");
    }
    return new AnalogyQuestions(sections);
  }

  /** Asks all questions whose words have vectors. */
  public List<Score> ask(WordVectors vectors) {
    return sections.stream().map(section -> ask(vectors, section)).toList();
  }

  private static Score ask(WordVectors vectors, Section section) {
    List<List<String>> known =
        section.questions().stream()
            .filter(words -> words.stream().allMatch(word -> vectors.find(word).isPresent()))
            .toList();
    long right = known.parallelStream().filter(words -> isRight(vectors, words)).count();
    return new Score(
        section.name(), (int) right, known.size(), section.questions().size() - known.size());
  }

  private static boolean isRight(WordVectors vectors, List<String> words) {
    List<WordVectors.Neighbour> answers =
        vectors.analogy(words.get(0), words.get(1), words.get(2), 1);
    int expected = vectors.require(words.get(3));
    return !answers.isEmpty() && answers.get(0).word().equals(vectors.words().get(expected));
  }

  private static InvalidInputException wrong(String given) {
    return new InvalidInputException(
        given,
        "lines ': section', each with lines of four words behind it, such as 'man king woman queen'",
        "give a file in the format of Google's questions-words.txt");
  }
}
