package dev.kindling.data.extract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.extract.PersonalData.Masked;
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
        "from 8.8.4.4. | from [IP].",
        "1.0.0.0 and 223.255.255.255 | [IP] and [IP]",
        "来自192.175.48.1。 | 来自[IP]。",
        "at 2620:fe::9: it works | at [IP]: it works",
        "2001:200::1 and 3fff:1000::1 | [IP] and [IP]",
        "2620:00fe:0000:0000:0000:0000:0000:0009 | [IP]",
        "http://8.8.4.4:8080/ | http://[IP]:8080/",
        // The neighbours of what is private, shared, link-local and for benchmarks.
        "9.255.255.255 11.0.0.0 126.255.255.255 128.0.0.0 | [IP] [IP] [IP] [IP]",
        "172.15.255.255 172.32.0.0 192.167.255.255 192.169.0.0 | [IP] [IP] [IP] [IP]",
        "100.63.255.255 100.128.0.0 169.253.255.255 169.255.0.0 | [IP] [IP] [IP] [IP]",
        "192.0.1.0 192.0.3.0 198.17.255.255 198.20.0.0 | [IP] [IP] [IP] [IP]",
        "198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 | [IP] [IP] [IP] [IP]",
      })
  void ipAddressesAreMasked(String text, String masked) {
    assertThat(PersonalData.mask(text).text()).isEqualTo(masked);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0 0.255.255.255",
        "10.0.0.0 10.255.255.255",
        "100.64.0.0 100.127.255.255",
        "127.0.0.1 127.255.255.255",
        "169.254.0.0 169.254.255.255",
        "172.16.0.0 172.31.255.255",
        "192.0.0.8 192.0.2.0 192.0.2.255",
        "192.168.0.0 192.168.255.255",
        "198.18.0.0 198.19.255.255",
        "198.51.100.7 203.0.113.7",
        "224.0.0.1 240.0.0.1 255.255.255.255",
        "::1 fe80::1:2 fc00::1 fdff::1 ff02::1 64:ff9b::1",
        "2001:db8::1 2001:0db8:0:0:0:0:0:1 3fff:fff::1 2001::1 2001:1ff::1",
      })
  void addressesOfSpecialPurposeStay(String text) {
    assertThat(PersonalData.mask(text).text()).isEqualTo(text);
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
  void everythingIsCountedByKind() {
    assertThat(
            PersonalData.mask(
                "a@b.org, c@d.org, 1.2.3.4, 2620:fe::9, 4111 1111 1111 1111, +1 212 555 0199"))
        .isEqualTo(new Masked("[EMAIL], [EMAIL], [IP], [IP], [CARD], [PHONE]", 2, 2, 1, 1));
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
