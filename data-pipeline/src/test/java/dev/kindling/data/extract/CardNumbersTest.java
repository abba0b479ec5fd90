package dev.kindling.data.extract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.extract.PersonalData.Replacement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Over the test numbers that card networks publish. */
class CardNumbersTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "4222222222222", // 13 digits
        "378282246310005", // 15
        "3782-822463-10005",
        "4111111111111111", // 16
        "4111 1111 1111 1111",
        "5555-5555-5555-4444",
        "2223003122003222",
        "6011111111111117",
        "30569309025904", // 14
        "3530111333300000",
        "6304000000000000000", // 19
      })
  void numbersOfCardsAreMasked(String number) {
    assertThat(CardNumbers.mask("Pay with " + number + "."))
        .isEqualTo(masked("Pay with [CARD].", 1));
    assertThat(CardNumbers.mask("卡号" + number + "，谢谢")).isEqualTo(masked("卡号[CARD]，谢谢", 1));
  }

  private static Replacement masked(String text, int count) {
    return new Replacement(text, count);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "4111111111111112", // the check digit is 1
        "411111111111", // 12 digits
        "41111111111111111111", // 20 digits
        "1700000000000008", // no issuer of cards; Luhn holds
        "9111111111111111",
        "4111 1111-1111 1111", // two separators
        "4111  1111  1111  1111",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "x4111111111111111",
        "4111111111111111x",
        "0.4111111111111111",
        "4111111111111111.5",
        "1732545600000", // a time in milliseconds
      })
  void whatIsNoNumberOfACardStays(String text) {
    assertThat(CardNumbers.mask(text)).isEqualTo(masked(text, 0));
  }

  @Test
  void aNumberIsFoundBehindOtherDigits() {
    assertThat(CardNumbers.mask("No 123 4111 1111 1111 1111 4111 1111 1111 1111"))
        .isEqualTo(masked("No 123 [CARD] [CARD]", 2));
  }

  @ParameterizedTest
  @CsvSource({
    "79927398713, true", // 7+9+9+4+7+6+9+7+7+2+3 = 70
    "79927398710, false",
    "0, true",
    "18, true", // 2 + 8
    "91, true", // 9 doubled is 18, less 9; + 1
    "19, false",
  })
  void theDigitsAddUpToAMultipleOfTen(String digits, boolean valid) {
    assertThat(CardNumbers.isLuhn(digits)).isEqualTo(valid);
  }

  @Test
  void hostileTextTakesNoMoreThanOneScan() {
    for (String text : new String[] {"4".repeat(1_000_000), "444 ".repeat(250_000)}) {
      assertThat(CardNumbers.mask(text).text()).isNotNull();
    }
  }
}
