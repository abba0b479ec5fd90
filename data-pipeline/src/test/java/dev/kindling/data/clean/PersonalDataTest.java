package dev.kindling.data.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.clean.PersonalData.Masked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PersonalDataTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Write to a.b+c@mail.example.org. | Write to [EMAIL].",
        "<x@example.com>,y-z@example.co.uk | <[EMAIL]>,[EMAIL]",
        "请写信给anna@example.org吧 | 请写信给[EMAIL]吧",
        "....x@example.org | ....[EMAIL]",
      })
  void emailAddressesAreMasked(String text, String masked) {
    assertThat(PersonalData.mask(text).text()).isEqualTo(masked);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a @ b", "@home", "me@home", "a@b..com", "a@.com", "5 @-@ 6", "x@1.2"})
  void whatIsNoEmailAddressStays(String text) {
    assertThat(PersonalData.mask(text).text()).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "from 203.0.113.7. | from [IP].",
        "0.0.0.0 and 255.255.255.255 | [IP] and [IP]",
        "来自192.168.1.1。 | 来自[IP]。",
        "at 2001:db8::1: it works | at [IP]: it works",
        "::1 and fe80::1:2 | [IP] and [IP]",
        "2001:0db8:0000:0000:0000:0000:0000:0001 | [IP]",
        "http://10.0.0.1:8080/ | http://[IP]:8080/",
      })
  void ipAddressesAreMasked(String text, String masked) {
    assertThat(PersonalData.mask(text).text()).isEqualTo(masked);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "256.1.1.1",
        "1.2.3",
        "1.2.3.4.5",
        "at 12:30:45",
        "a::zz",
        "::",
        "std::string",
        "1:2:3:4:5:6:7:8:9",
        "12345::1",
        "1::2::3"
      })
  void whatIsNoIpAddressStays(String text) {
    assertThat(PersonalData.mask(text).text()).isEqualTo(text);
  }

  @Test
  void addressesAreCounted() {
    assertThat(PersonalData.mask("a@b.org, c@d.org, 1.2.3.4, ::1"))
        .isEqualTo(new Masked("[EMAIL], [EMAIL], [IP], [IP]", 2, 2));
  }

  @Test
  void hostileTextTakesNoMoreThanOneScan() {
    String ats = "a@".repeat(1_000_000);
    assertThat(PersonalData.mask(ats)).isEqualTo(new Masked(ats, 0, 0));
    String dots = "1.".repeat(1_000_000);
    assertThat(PersonalData.mask(dots)).isEqualTo(new Masked(dots, 0, 0));
    String colons = "a:".repeat(1_000_000);
    assertThat(PersonalData.mask(colons)).isEqualTo(new Masked(colons, 0, 0));
  }
}
