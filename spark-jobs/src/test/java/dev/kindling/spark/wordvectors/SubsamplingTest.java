package dev.kindling.spark.wordvectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SubsamplingTest {
  private static final List<WordCount> WORDS =
      List.of(new WordCount("the", 900), new WordCount("sea", 90), new WordCount("whale", 10));

  @Test
  void theMoreFrequentAWordTheRarerItStays() {
    Map<String, Float> stays = Subsampling.probabilities(WORDS, 0.01);

    double ratio = 0.01 / 0.9;
    assertThat(stays.get("the")).isCloseTo((float) (Math.sqrt(ratio) + ratio), within(1e-6f));
    assertThat(stays.get("sea")).isBetween(stays.get("the"), 1f);
    assertThat(stays.get("whale")).isEqualTo(1f);
  }

  @Test
  void withoutAThresholdEveryWordStays() {
    assertThat(Subsampling.probabilities(WORDS, 0).values()).containsOnly(1f);
  }
}
