package dev.kindling.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What WordPiece alone has, against Hugging Face's own library. */
class WordPieceParityTest {
  @Test
  void everyOptionOfTheNormalizerGivesTheSameIds() throws IOException {
    Random random = new Random(31);
    String[] pieces = "a b c A E e ##a ##b ##e ##\u0301 é . ' 磨 ##坊 ## 1 ##2".split(" ");
    for (int bits = 0; bits < 16; bits += 3) {
      BertNormalizer normalizer =
          new BertNormalizer((bits & 1) > 0, (bits & 2) > 0, (bits & 4) > 0, (bits & 8) > 0);
      try (HuggingFacePeer peer = HuggingFacePeer.of(WordPieceTest.tokenizer(normalizer, pieces))) {
        for (int i = 0; i < 150; i++) {
          peer.assertSame(TestTexts.random(random, 80));
          peer.assertSame(TestTexts.story(i, 60) + "I do not . ' n't 's");
        }
      }
    }
  }

  @Test
  void everyCharacterOfTheFirstFourPlanesIsCutAndNormalizedAlike() throws IOException {
    for (boolean lowercase : new boolean[] {true, false}) {
      WordPieceTokenizer ours =
          WordPieceTest.tokenizer(BertNormalizer.bert(lowercase), "a", "##b", "b", "ab");
      try (HuggingFacePeer peer = HuggingFacePeer.of(ours)) {
        for (int first = 0; first < 0x40000; first += 0x800) {
          StringBuilder text = new StringBuilder();
          for (int codePoint = first; codePoint < first + 0x800; codePoint++) {
            if (Character.getType(codePoint) != Character.SURROGATE) {
              text.append("a").appendCodePoint(codePoint).append("b ");
            }
          }
          peer.assertSame(text.toString());
        }
      }
    }
  }

  @Test
  void theFileAddsTheSpecialTokensOfBert() throws IOException {
    WordPieceTokenizer ours = WordPieceTest.tokenizer(BertNormalizer.bert(true), "a", "b");
    try (HuggingFacePeer peer = HuggingFacePeer.of(ours)) {
      assertThat(peer.rust().encode("a", true, false).getIds()).containsExactly(2, 5, 3);
      assertThat(peer.rust().encode("a", "b", true, false).getIds()).containsExactly(2, 5, 3, 6, 3);
      assertThat(peer.rust().encode("a", "b", true, false).getTypeIds())
          .containsExactly(0, 0, 0, 1, 1);
    }
  }
}
