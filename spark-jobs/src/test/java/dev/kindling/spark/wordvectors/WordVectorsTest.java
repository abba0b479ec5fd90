package dev.kindling.spark.wordvectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.data.InvalidInputException;
import java.util.List;
import org.junit.jupiter.api.Test;

class WordVectorsTest {
  /** The dims: royal, woman, city, and one that only some have. */
  private static final WordVectors PLANTED =
      vectors(
          4,
          new float[] {
            0, 0, 0, 1, // and
            2, 0, 0, 0.1f, // king
            3, 3, 0, 0, // queen
            0, 0, 0.5f, 0.2f, // man
            0, 1, 0.5f, 0, // woman
            0, 0, 9, 0, // city
            0, 0, 0, 0 // nothing
          },
          "and",
          "king",
          "queen",
          "man",
          "woman",
          "city",
          "nothing");

  private static WordVectors vectors(int size, float[] values, String... words) {
    List<WordCount> counted =
        List.of(words).stream().map(word -> new WordCount(word, 100 - word.length())).toList();
    return new WordVectors(counted, size, values);
  }

  private static List<String> words(List<WordVectors.Neighbour> neighbours) {
    return neighbours.stream().map(neighbour -> neighbour.word().word()).toList();
  }

  @Test
  void neighboursAreTheWordsOfTheLargestCosineWithoutTheWordItself() {
    List<WordVectors.Neighbour> nearest = PLANTED.neighbours("king", 2);

    assertThat(words(nearest)).containsExactly("queen", "and");
    assertThat(nearest.get(0).cosine()).isCloseTo(Math.sqrt(0.5), within(0.001));
  }

  @Test
  void allOthersAreNeighboursWhereMoreAreAskedFor() {
    assertThat(words(PLANTED.neighbours("city", 100)))
        .hasSize(6)
        .doesNotContain("city")
        .startsWith("man");
  }

  @Test
  void anAnalogyIsNearestToTheSumAndNoneOfTheThree() {
    assertThat(words(PLANTED.analogy("man", "woman", "king", 1))).containsExactly("queen");
    assertThat(words(PLANTED.analogy("man", "king", "woman", 3)))
        .doesNotContain("man", "king", "woman")
        .startsWith("queen");
    assertThat(words(PLANTED.analogy("man", "man", "city", 10))).doesNotContain("man", "city");
  }

  @Test
  void wordsAreFoundInLowerCaseIfTheyAreNotThereAsWritten() {
    assertThat(PLANTED.find("King")).hasValue(1);
    assertThat(vectors(1, new float[] {1, 2}, "Rose", "rose").find("Rose")).hasValue(0);
    assertThat(vectors(1, new float[] {1, 2}, "Rose", "rose").find("ROSE")).hasValue(1);
  }

  @Test
  void anUnknownWordNamesThoseThatAreSpelledAlike() {
    assertThatThrownBy(() -> PLANTED.neighbours("qween", 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'qween' has no vector")
        .hasMessageContaining("did you mean queen?");
    assertThatThrownBy(() -> PLANTED.analogy("man", "king", "zzzzzz", 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("word2vec.minCount");
  }

  @Test
  void theMostFrequentAloneCanBeLookedAt() {
    WordVectors two = PLANTED.mostFrequent(2);

    assertThat(two.words()).isEqualTo(PLANTED.words().subList(0, 2));
    assertThat(two.vector(1)).isEqualTo(PLANTED.vector(1));
    assertThat(PLANTED.mostFrequent(7)).isSameAs(PLANTED);
  }

  @Test
  void wordsTwiceOrWithSpacesAndNumbersThatAreNoneAreRefused() {
    assertThatThrownBy(() -> vectors(1, new float[] {1, 2}, "a", "a"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'a' is there twice");
    for (String word : List.of("New\tYork", "New  York", " New", "York ", "")) {
      assertThatThrownBy(() -> vectors(1, new float[] {1}, word))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("white space");
    }
    assertThatThrownBy(() -> vectors(1, new float[] {1, Float.NaN}, "a", "b"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'b'");
  }
}
