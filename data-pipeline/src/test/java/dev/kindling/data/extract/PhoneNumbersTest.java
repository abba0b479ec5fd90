package dev.kindling.data.extract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.extract.PersonalData.Replacement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PhoneNumbersTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "+1 212 555 0199",
        "+1 (212) 555-0199",
        "+12125550199",
        "+49 (0)30 1234567",
        "+44 20 7946 0958",
        "+86 138 0013 8000",
        "+33.1.23.45.67.89",
        "(212) 555-0199",
        "(212)555-0199",
        "212-555-0199",
        "212.555.0199",
        "1-212-555-0199",
        "13800138000",
        "138-0013-8000",
        "138 0013 8000",
        "03-1234-5678",
        "010-12345678",
        "0755-1234567",
        "01 23 45 67 89",
        "01.23.45.67.89",
        "020 7946 0958",
        "01632 960123",
        "0161 496 0123",
      })
  void telephoneNumbersAreMasked(String number) {
    assertThat(PhoneNumbers.mask("Call " + number + " now."))
        .isEqualTo(new Replacement("Call [PHONE] now.", 1));
    assertThat(PhoneNumbers.mask("请打" + number + "。")).isEqualTo(new Replacement("请打[PHONE]。", 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "555-0199",
        "2125550199",
        "112-555-0199",
        "212-155-0199",
        "212-555-01999",
        "2024-01-02",
        "02.01.2024",
        "2024-11-25 17:03:07",
        "1999-2000-2001",
        "12800138000",
        "138001380001",
        "138-0013 8000",
        "978-0-306-40615-7",
        "ISBN 9780306406157",
        "01 02 03 04 05 06 07",
        "+1 234 567",
        "+1234567890123456",
        "C++11 and 3 + 12",
        "10.0.0.1",
        "v212.555.0199",
        "1,234,567,890",
        "π = 3.14159265358979",
        "order 0000123456789",
      })
  void whatIsNoTelephoneNumberStays(String text) {
    assertThat(PhoneNumbers.mask(text)).isEqualTo(new Replacement(text, 0));
  }

  @Test
  void allAreCounted() {
    assertThat(PhoneNumbers.mask("212-555-0199, +44 20 7946 0958; 13800138000"))
        .isEqualTo(new Replacement("[PHONE], [PHONE]; [PHONE]", 3));
  }

  @Test
  void hostileTextTakesNoMoreThanOneScan() {
    for (String text :
        new String[] {"+1 ".repeat(300_000), "0".repeat(1_000_000), "(2".repeat(500_000)}) {
      assertThat(PhoneNumbers.mask(text)).isEqualTo(new Replacement(text, 0));
    }
  }
}
