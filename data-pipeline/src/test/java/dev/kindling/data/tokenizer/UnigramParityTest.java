package dev.kindling.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.tokenizer.unigram.MetaspaceText;
import dev.kindling.data.tokenizer.unigram.ScoredPiece;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What Unigram alone has, against Hugging Face's own library. */
class UnigramParityTest {
  @Test
  void theFileEndsATextWhereSpecialTokensAreAskedFor() throws IOException {
    UnigramTokenizer ours = UnigramTexts.learnedTokenizer();
    try (HuggingFacePeer peer = HuggingFacePeer.of(ours)) {
      assertThat(peer.rust().encode("", true, false).getIds())
          .containsExactly(ours.endOfTextId().orElseThrow());
    }
  }

  @Test
  void aRandomVocabularyOfManyTiesGivesTheSameIds() throws IOException {
    Random random = new Random(13);
    for (int round = 0; round < 10; round++) {
      UnigramTokenizer ours = UnigramTokenizer.of(randomPieces(random), round % 2 == 0);
      try (HuggingFacePeer peer = HuggingFacePeer.of(ours)) {
        for (int i = 0; i < 200; i++) {
          peer.assertSame(fromAlphabet(random, 40));
        }
      }
    }
  }

  @Test
  void aLongRunOfMarksGivesTheSameIds() throws IOException {
    try (HuggingFacePeer peer = HuggingFacePeer.of(UnigramTexts.learnedTokenizer())) {
      peer.assertSame("Z" + "\u0301\u0323\u0334".repeat(300) + " a");
    }
  }

  @Test
  void everyCodePointOfTheFirstFourPlanesIsNormalizedAlike() throws IOException {
    UnigramTokenizer ours = UnigramTokenizer.of(List.of(new ScoredPiece("a", -1)), false);
    List<String> wrong = new ArrayList<>();
    try (HuggingFacePeer peer = HuggingFacePeer.of(ours)) {
      for (int first = 0; first < 0x40000; first += 0x400) {
        if (first < Character.MIN_SURROGATE || first > Character.MAX_SURROGATE) {
          collectOtherwiseNormalized(first, peer, wrong);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Code points between marks of high and low combining classes, which show decomposition. */
  private static void collectOtherwiseNormalized(
      int first, HuggingFacePeer peer, List<String> wrong) {
    if (normalized(peer, inContext(first, first + 0x400))) {
      return;
    }
    for (int codePoint = first; codePoint < first + 0x400; codePoint++) {
      if (!normalized(peer, inContext(codePoint, codePoint + 1))) {
        wrong.add(String.format("U+%04X", codePoint));
      }
    }
  }

  private static String inContext(int from, int to) {
    StringBuilder text = new StringBuilder();
    for (int codePoint = from; codePoint < to; codePoint++) {
      String character = Character.toString(codePoint);
      text.append("q\u0301").append(character).append("\u0323q\u0334").append(character);
      text.append(character).append("\u0307");
    }
    return text.toString();
  }

  /** Tokens for unknown characters carry them, so together they are the normalized text. */
  private static boolean normalized(HuggingFacePeer peer, String text) {
    return String.join("", peer.encoding(text).getTokens()).equals(MetaspaceText.of(text));
  }

  /** Scores of few different values. */
  private static List<ScoredPiece> randomPieces(Random random) {
    return random
        .ints(60)
        .mapToObj(i -> fromAlphabet(random, 5).replace(' ', MetaspaceText.SPACE))
        .filter(piece -> !piece.isEmpty())
        .distinct()
        .map(piece -> new ScoredPiece(piece, -1.25 * (1 + random.nextInt(6))))
        .toList();
  }

  private static String fromAlphabet(Random random, int maxLength) {
    String[] alphabet = {"a", "b", "c", "é", "磨", "😀", " ", "▁"};
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(maxLength + 1); i > 0; i--) {
      text.append(alphabet[random.nextInt(alphabet.length)]);
    }
    return text.toString();
  }
}
