package dev.kindling.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.tokenizer.unigram.MetaspaceText;
import dev.kindling.data.tokenizer.unigram.ScoredPiece;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnigramTokenizerTest {
  private static final int PADDING = 0;
  private static final int END = 1;
  private static final int UNKNOWN = 2;
  private static final UnigramTokenizer SMALL =
      UnigramTokenizer.of(
          List.of(
              new ScoredPiece("▁", -1),
              new ScoredPiece("a", -2),
              new ScoredPiece("b", -2.5),
              new ScoredPiece("▁ab", -2)),
          true);

  @Test
  void specialTokensComeFirstInTheOrderOfT5() {
    assertThat(SMALL.vocabSize()).isEqualTo(7);
    assertThat(SMALL.contents()).startsWith("<pad>", "</s>", "<unk>");
    assertThat(SMALL.endOfTextId()).hasValue(END);
    assertThat(SMALL.unknownId()).isEqualTo(UNKNOWN);
    UnigramTokenizer endless = UnigramTokenizer.of(List.of(new ScoredPiece("a", -1)), false);
    assertThat(endless.contents()).containsExactly("<pad>", "<unk>", "a");
    assertThat(endless.endOfTextId()).isEmpty();
    assertThat(endless.unknownId()).isEqualTo(1);
  }

  @Test
  void wordsAreCutIntoTheLikeliestPieces() {
    // ▁ab = -2 against ▁ a b = -5.5.
    assertThat(SMALL.encode("ab  ba")).containsExactly(6, 3, 5, 4);
    assertThat(SMALL.encode("")).isEmpty();
    assertThat(SMALL.encode(" ")).containsExactly(3);
  }

  @Test
  void aRunOfUnknownCharactersIsOneToken() {
    assertThat(SMALL.encode("aéa xy\uD83D\uDE00z ü"))
        .containsExactly(3, 4, UNKNOWN, 4, 3, UNKNOWN, 3, UNKNOWN);
  }

  @Test
  void textNeverBecomesASpecialToken() {
    assertThat(SMALL.encode("</s>")).doesNotContain(END);
    assertThat(SMALL.encode("＜pad＞")).doesNotContain(PADDING);
  }

  @Test
  void decodingGivesTheNormalizedText() {
    assertThat(SMALL.decode(SMALL.encode("ab  ba"))).isEqualTo("ab ba");
    assertThat(SMALL.decode(new int[] {END, 6, UNKNOWN, 6, PADDING})).isEqualTo("ab ab");
    assertThatThrownBy(() -> SMALL.decode(new int[] {7}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("7");
    UnigramTokenizer learned = UnigramTexts.learnedTokenizer();
    for (int i = 0; i < 50; i++) {
      String text = TestTexts.story(i, 60);
      String normal = MetaspaceText.of(text).substring(1).replace(MetaspaceText.SPACE, ' ');
      assertThat(learned.decode(learned.encode(text))).isEqualTo(normal);
    }
  }

  @Test
  void settingsThatWouldGiveOtherIdsAreRefused() {
    assertRefused("\"NFKC\"", "\"NFC\"");
    assertRefused("\" {2,}\"", "\" {3,}\"");
    assertRefused("\"content\" : \" \"", "\"content\" : \"\"");
    assertRefused("\"always\"", "\"first\"");
    assertRefused("\"split\" : true", "\"split\" : false");
    assertRefused("\"replacement\" : \"▁\"", "\"replacement\" : \"_\"");
    assertRefused("\"byte_fallback\" : false", "\"byte_fallback\" : true");
    assertRefused("\"TemplateProcessing\"", "\"ByteLevel\"");
    assertRefused("\"special\" : true", "\"special\" : false");
  }

  @Test
  void valuesThatCannotBeAreRefused() {
    assertRefused("\"unk_id\" : 2", "\"unk_id\" : 7");
    assertRefused("\"unk_id\" : 2", "\"unk_id\" : null");
    assertRefused("\"a\", -2.0", "\"a\", 0.5");
    assertRefused("\"a\", -2.0", "\"a\", -1e999");
    assertRefused("\"a\", -2.0", "\"a\", \"-2\"");
    assertRefused("\"a\", -2.0", "\"a\"");
    assertRefused("\"a\", -2.0", "\"b\", -2.0");
    assertRefused("\"a\", -2.0", "\"\", -2.0");
    assertRefused("\"a\", -2.0", "\"\\ud83d\", -2.0");
    assertRefused("\"a\", -2.0", "\"<pad>\", -2.0");
    assertRefused("\"vocab\"", "\"words\"");
  }

  @Test
  void sentinelsOfAnotherModelAreReadAsSpecialTokens() {
    String json =
        json()
            .replace(
                "\"added_tokens\" : [ {",
                "\"added_tokens\" : [ {\"id\" : 7, \"content\" : \"<extra_id_0>\","
                    + " \"special\" : true}, {");
    UnigramTokenizer read = (UnigramTokenizer) parse(json);
    assertThat(read.vocabSize()).isEqualTo(8);
    assertThat(read.decode(new int[] {6, 7})).isEqualTo("ab");
    assertThat(read.encode("ab <extra_id_0>")).doesNotContain(7).startsWith(6);
  }

  private static void assertRefused(String part, String wrong) {
    assertThat(json()).contains(part);
    assertThatThrownBy(() -> parse(json().replace(part, wrong)))
        .as(wrong)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tokenizer.json")
        .hasMessageContaining("expected:");
  }

  private static Tokenizer parse(String json) {
    return TokenizerFile.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String json() {
    return new String(TokenizerFile.toJson(SMALL), StandardCharsets.UTF_8);
  }
}
