package dev.kindling.spark.wordvectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnalogyQuestionsTest {
  /** Capitals are their countries moved along the last axis. */
  private static final WordVectors PLANTED =
      new WordVectors(
          List.of("france", "paris", "spain", "madrid", "norway", "oslo").stream()
              .map(word -> new WordCount(word, 1))
              .toList(),
          4,
          new float[] {
            1, 0, 0, 0, //
            1, 0, 0, 1, //
            0, 1, 0, 0, //
            0, 1, 0, 1, //
            0, 0, 1, 0, //
            0, 0, 1, 1
          });

  @TempDir Path directory;

  private AnalogyQuestions questions(String text) throws IOException {
    Path file = directory.resolve("questions.txt");
    Files.writeString(file, text);
    return AnalogyQuestions.read(new Configuration(), new org.apache.hadoop.fs.Path(file.toUri()));
  }

  @Test
  void everySectionHasItsAccuracy() throws IOException {
    AnalogyQuestions questions =
        questions(
            """
            : capitals
            France Paris Spain Madrid
            France Paris Norway Oslo
            France Paris Norway Madrid
            France Paris Sweden Stockholm
            : countries
            Madrid Spain Oslo Norway
            : none of them is known
            a b c d
            """);

    assertThat(questions.ask(PLANTED))
        .containsExactly(
            new AnalogyQuestions.Score("capitals", 2, 3, 1),
            new AnalogyQuestions.Score("countries", 1, 1, 0),
            new AnalogyQuestions.Score("none of them is known", 0, 0, 1));
  }

  @Test
  void sectionsAreNotNeeded() throws IOException {
    assertThat(questions("france paris spain madrid\n").ask(PLANTED))
        .containsExactly(new AnalogyQuestions.Score("questions", 1, 1, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ": a\n", ": a\nfrance paris spain\n", "a b c d e\n"})
  void anotherFormIsRefused(String text) {
    assertThatThrownBy(() -> questions(text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("questions.txt");
  }
}
