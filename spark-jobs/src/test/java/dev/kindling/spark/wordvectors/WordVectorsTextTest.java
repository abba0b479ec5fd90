package dev.kindling.spark.wordvectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordVectorsTextTest {
  private static WordVectors read(String text) throws IOException {
    return WordVectorsText.read(
        "v.txt", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void whatIsWrittenReadsBackBitForBit() throws IOException {
    float[] values = {0.1f, -1 / 3f, Float.MIN_NORMAL, 16777217, -0.0f, 0x1.8p41f};
    WordVectors vectors =
        new WordVectors(
            List.of(new WordCount("naïve", 7), new WordCount("水", 5), new WordCount("it's", 5)),
            2,
            values);
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    WordVectorsText.write(vectors, out);

    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("3 2\nnaïve 0.1 -0.33333334\n水 ");
    WordVectors again = read(out.toString(StandardCharsets.UTF_8));
    assertThat(again.words()).extracting(WordCount::word).containsExactly("naïve", "水", "it's");
    for (int row = 0; row < 3; row++) {
      assertThat(again.vector(row)).isEqualTo(vectors.vector(row));
    }
  }

  @Test
  void theFormatOfGloveHasNoFirstLine() throws IOException {
    WordVectors vectors = read("the 0.5 1e-2 3\nof 1 2 -3\n");

    assertThat(vectors.size()).isEqualTo(3);
    assertThat(vectors.vector(0)).containsExactly(0.5f, 0.01f, 3);
    assertThat(vectors.vector(1)).containsExactly(1, 2, -3);
  }

  @Test
  void wordsOfGloveMayHaveBlanks() throws IOException {
    WordVectors vectors = read("the 0.5 1\n. . . 2 3\nat 7 Eleven 4 5\n");

    assertThat(vectors.words())
        .extracting(WordCount::word)
        .containsExactly("the", ". . .", "at 7 Eleven");
    assertThat(vectors.vector(1)).containsExactly(2, 3);
    assertThat(vectors.vector(2)).containsExactly(4, 5);
    assertThatThrownBy(() -> read("the 0.5 1\n. . 2\n")).hasMessageContaining("line 2 has '.'");
    assertThatThrownBy(() -> read("the 0.5 1\n.  . 2 3\n"))
        .hasMessageContaining("other than single blanks");
  }

  @Test
  void blanksAtTheEndsOfLinesDoNotMatter() throws IOException {
    assertThat(read("1 2\nthe 1 2 \n").vector(0)).containsExactly(1, 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2 2\nthe 1 2\nof 1\n",
        "2 2\nthe 1 2\nof 1 2 3\n",
        "2 2\nthe 1 2\nof 1 x\n",
        "2 2\nthe 1 2\nof  1 2\n",
        "3 2\nthe 1 2\nof 1 2\n",
        "1 2\nthe 1 2\nof 1 2\n",
        "2 0\nthe\nof\n",
        "0 2\n",
        "the 1 2\nof 1\n",
        "the\nof\n",
        "",
        "\n"
      })
  void anotherFormIsRefused(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("v.txt");
  }

  @Test
  void theMessageNamesTheLine() {
    assertThatThrownBy(() -> read("2 2\nthe 1 2\nof 1\n"))
        .hasMessageContaining("v.txt, line 3 has 1 numbers")
        .hasMessageContaining("a word and 2 numbers");
    assertThatThrownBy(() -> read("the 1 2\nof 1 x\n")).hasMessageContaining("line 2 has 'x'");
  }
}
