package dev.kindling.data.dedup.minhash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.data.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MinHashConfigTest {
  @ParameterizedTest
  @CsvSource({
    "14, 8, 0.7, 0.565",
    "14, 8, 0.8, 0.924",
    "14, 8, 0.9, 1.0",
    "20, 13, 0.8, 0.677",
    "9, 13, 0.8, 0.399",
    "1, 1, 0.3, 0.3",
    "14, 8, 0, 0",
    "14, 8, 1, 1"
  })
  void theProbabilityIsThatOfPublishedSettings(
      int bands, int rows, double jaccard, double probability) {
    MinHashConfig config = MinHashConfig.defaults().withBands(bands, rows);
    assertThat(config.candidateProbability(jaccard)).isCloseTo(probability, within(5e-4));
    assertThat(config.numHashes()).isEqualTo(bands * rows);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
  void aSimilarityIsAFraction(double jaccard) {
    assertThatThrownBy(() -> MinHashConfig.defaults().withMinJaccard(jaccard))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("minhash.minJaccard is " + jaccard);
  }

  @Test
  void aBandHasAtLeastOneRow() {
    assertThatThrownBy(() -> MinHashConfig.defaults().withBands(14, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("minhash.rows is 0");
  }

  @Test
  void rulesAreReadByTheirNames() {
    assertThat(KeepRule.parse("longest")).isEqualTo(new KeepRule.Longest());
    assertThat(KeepRule.parse("oldest:date")).isEqualTo(new KeepRule.Oldest("date"));
    assertThat(KeepRule.parse("best:a:b")).isEqualTo(new KeepRule.Best("a:b"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "newest", "best", "best:", "oldest", "longest:text", "Best:x"})
  void otherRulesAreRefused(String rule) {
    assertThatThrownBy(() -> KeepRule.parse(rule))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'" + rule + "'");
  }
}
