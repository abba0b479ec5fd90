package dev.kindling.spark.ngram;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NgramKeyTest {
  @Test
  void tokensTakeAsManyBytesAsTheVocabularyNeeds() {
    assertThat(NgramKey.ofVocabulary(1).bytesPerToken()).isEqualTo(1);
    assertThat(NgramKey.ofVocabulary(256).bytesPerToken()).isEqualTo(1);
    assertThat(NgramKey.ofVocabulary(257).bytesPerToken()).isEqualTo(2);
    assertThat(NgramKey.ofVocabulary(65_536).bytesPerToken()).isEqualTo(2);
    assertThat(NgramKey.ofVocabulary(65_537).bytesPerToken()).isEqualTo(3);
    assertThat(NgramKey.ofVocabulary(Integer.MAX_VALUE).bytesPerToken()).isEqualTo(4);
  }

  @Test
  void theyReadBackAndAreSortedAsTokensAre() {
    NgramKey keys = NgramKey.ofVocabulary(70_000);
    int[] tokens = {65_535, 128, 0, 69_999};
    byte[] key = keys.encode(tokens, 4);

    for (int i = 0; i < tokens.length; i++) {
      assertThat(keys.token(key, i)).isEqualTo(tokens[i]);
    }
    NgramKey.Order order = new NgramKey.Order();
    assertThat(order.compare(key, keys.encode(new int[] {65_536}, 1))).isNegative();
    assertThat(order.compare(key, keys.encode(new int[] {65_535, 127, 9}, 3))).isPositive();
    assertThat(order.compare(key, keys.encode(tokens, 3))).isPositive();
    assertThat(order.compare(key, keys.encode(tokens, 4))).isZero();
  }
}
