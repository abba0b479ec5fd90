package dev.kindling.model.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SpecialTokensTest {
  @Test
  void specialTokensComeBehindTheOrdinaryOnes() {
    SpecialTokens.Bert bert = SpecialTokens.Bert.behind(1000);
    assertThat(bert).isEqualTo(new SpecialTokens.Bert(1000, 1000, 1001, 1002, 1003));
    assertThat(bert.vocabSize()).isEqualTo(1004);

    SpecialTokens.Bart bart = SpecialTokens.Bart.behind(1000);
    assertThat(bart).isEqualTo(new SpecialTokens.Bart(1000, 1000, 1001, 1002, 1003));
    assertThat(bart.vocabSize()).isEqualTo(1004);
    assertThat(bart.decoderStart()).isEqualTo(bart.eos());
  }

  @Test
  void sentinelsDescendFromTheEndOfTheVocabulary() {
    SpecialTokens.T5 tokens = SpecialTokens.T5.behind(1000);
    assertThat(tokens.pad()).isEqualTo(1000);
    assertThat(tokens.eos()).isEqualTo(1001);
    assertThat(tokens.vocabSize()).isEqualTo(1102);
    assertThat(tokens.sentinel(0)).isEqualTo(1101);
    assertThat(tokens.sentinel(99)).isEqualTo(1002);
    assertThat(tokens.decoderStart()).isEqualTo(tokens.pad());
  }

  @Test
  void aVocabularyMayHaveThemElsewhereBehindTheOrdinaryOnes() {
    assertThat(new SpecialTokens.Bert(10, 20, 21, 12, 11).vocabSize()).isEqualTo(22);
    assertThat(new SpecialTokens.T5(10, 11, 10, 15, 4).vocabSize()).isEqualTo(16);
  }

  @Test
  void idsThatMeanTwoThingsAreRefused() {
    assertThatThrownBy(() -> new SpecialTokens.Bert(10, 10, 11, 12, 9))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[10, 11, 12, 9]: expected different ids, all of them 10 or more");
    assertThatThrownBy(() -> new SpecialTokens.Bart(10, 10, 11, 12, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[10, 11, 12, 10]");
    assertThatThrownBy(() -> new SpecialTokens.T5(10, 10, 11, 14, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[10, 11, 14, 13, 12, 11]");
    assertThatThrownBy(() -> SpecialTokens.Bert.behind(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("numOrdinary is 0: it must be 1 or more");
  }
}
