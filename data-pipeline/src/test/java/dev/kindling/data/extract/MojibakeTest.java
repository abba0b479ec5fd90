package dev.kindling.data.extract;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MojibakeTest {
  /** As it looks where UTF-8 was read as browsers read windows-1252. */
  private static String garble(String text) {
    StringBuilder garbled = new StringBuilder();
    for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
      char c = new String(new byte[] {value}, Charset.forName("windows-1252")).charAt(0);
      garbled.append(c == '\uFFFD' ? (char) (value & 0xFF) : c);
    }
    return garbled.toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "“Café”, said she – naïve!",
        "Größe: 5 €",
        "Привет, мир",
        "从前有一个小村子",
        "à la carte",
        "😀 emoji",
      })
  void whatWentWrongOnceOrTwiceIsRepaired(String text) {
    assertThat(garble(text)).isNotEqualTo(text);
    assertThat(Mojibake.repair(garble(text))).isEqualTo(text);
    assertThat(Mojibake.repair(garble(garble(text)))).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain ASCII, with \"quotes\"",
        "“Café”, said she – naïve!",
        "Ã© beside a genuine é",
        "Привет, мир",
        "€ 5, £ 3",
        "",
      })
  void whatIsAsItShouldBeStays(String text) {
    assertThat(Mojibake.repair(text)).isSameAs(text);
  }

  @Test
  void everyLineIsLookedAtForItself() {
    assertThat(Mojibake.repair("é\n" + garble("é") + "\n")).isEqualTo("é\né\n");
  }

  @Test
  void nothingIsRepairedUnlessItIsAskedFor() {
    String garbled = garble("naïve");
    assertThat(extractor(false).extract(garbled, "en", false).text()).isEqualTo(garbled);
    assertThat(extractor(true).extract(garbled, "en", false).text()).isEqualTo("naïve");
  }

  private static TextExtractor extractor(boolean repair) {
    return new TextExtractor(new ExtractConfig(repair, "script", "all", false));
  }
}
