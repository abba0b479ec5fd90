package dev.kindling.spark.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.T5Config;
import dev.kindling.model.io.SpecialTokenIds;
import dev.kindling.spark.train.TinyTokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ids 0 to 10 are {@code .abcdefghij}; the special ones are behind them. */
class RewrittenTextTest {
  private static final OptionalInt NONE = OptionalInt.empty();
  private static final int PAD = 11;
  private static final int EOS = 12;

  /** Three sentinels: 15 for the first blank, 14, 13. */
  private static final T5Config T5 = new T5Config(16, 10, 1, 1, 1, 4, 4, 4, 0, false);

  private static final SpecialTokenIds T5_IDS =
      new SpecialTokenIds(
          NONE, OptionalInt.of(EOS), OptionalInt.of(PAD), OptionalInt.of(PAD), NONE);

  private static final BartConfig BART = new BartConfig(15, 10, 1, 1, 1, 4, 4, 0);

  private static final SpecialTokenIds BART_IDS =
      new SpecialTokenIds(
          OptionalInt.of(11),
          OptionalInt.of(13),
          OptionalInt.of(12),
          OptionalInt.of(13),
          OptionalInt.of(14));

  @TempDir static Path directory;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void loadTokenizer() throws IOException {
    tokenizer = TokenizerFile.load(new Configuration(), TinyTokens.write(directory));
  }

  private static RewrittenText t5(String prompt) {
    return new RewrittenText(T5, T5_IDS, tokenizer, prompt);
  }

  private static RewrittenText bart(String prompt) {
    return new RewrittenText(BART, BART_IDS, tokenizer, prompt);
  }

  @Test
  void aPromptGoesInBetweenWhatBeginsAndEndsATextOfTheModel() {
    assertThat(t5("abc").input()).containsExactly(1, 2, 3, EOS);
    assertThat(t5("").input()).containsExactly(EOS);
    assertThat(bart("abc").input()).containsExactly(11, 1, 2, 3, 13);
    assertThat(bart("").input()).containsExactly(11, 13);
  }

  @Test
  void theBlanksOfT5AreNumberedDownwardsFromTheEndOfTheVocabulary() {
    assertThat(t5("a<mask>b<mask>").input()).containsExactly(1, 15, 2, 14, EOS);
    assertThat(t5("<mask><mask>c<mask>").input()).containsExactly(15, 14, 3, 13, EOS);
  }

  @Test
  void allBlanksOfBartAreTheSame() {
    assertThat(bart("a<mask>b<mask>").input()).containsExactly(11, 1, 14, 2, 14, 13);
  }

  @Test
  void whatT5WritesIsPutIntoTheBlanks() {
    List<Integer> output = List.of(15, 4, 5, 14, 6, 13, 7, EOS);

    assertThat(t5("a<mask>b<mask>").text(output)).isEqualTo("adebf");
  }

  @Test
  void whatT5WritesInAnotherOrderOrNotAtAllFillsTheRightBlanks() {
    assertThat(t5("a<mask>b<mask>c").text(List.of(14, 6, 15, 4))).isEqualTo("adbfc");
    assertThat(t5("a<mask>b<mask>c").text(List.of(14, 6, EOS))).isEqualTo("abfc");
    assertThat(t5("a<mask>b").text(List.of())).isEqualTo("ab");
  }

  @Test
  void withoutBlanksTheWordsOfTheOutputAreTheText() {
    assertThat(t5("abc").text(List.of(15, 4, 5, EOS))).isEqualTo("de");
    assertThat(bart("a<mask>b").text(List.of(11, 1, 7, 2, 13))).isEqualTo("agb");
  }

  @Test
  void moreBlanksThanTheModelHasTokensForAreRefused() {
    assertThatThrownBy(() -> t5("<mask>a<mask>b<mask>c<mask>").input())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the prompt has 4 blanks <mask>")
        .hasMessageContaining("which are 3");
  }

  @Test
  void aPromptBeyondTheContextLengthIsRefused() {
    assertThat(t5("abcabcabc").input()).hasSize(10);
    assertThatThrownBy(() -> t5("abcabcabca").input())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the prompt has 11 tokens")
        .hasMessageContaining("at most 10");
  }
}
