package dev.kindling.data.extract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextNormalizerTest {
  @Test
  void cleanTextComesOutAsItIs() {
    String text = "  Tabs\tand\n\nnewlines, “quotes” – 汉字 é 😀 \u00A0 end \n";
    assertThat(TextNormalizer.normalize(text)).isSameAs(text);
  }

  @Test
  void decomposedTextIsComposed() {
    assertThat(TextNormalizer.normalize("Cafe\u0301")).isEqualTo("Caf\u00E9");
  }

  @Test
  void everyLineEndsWithANewline() {
    assertThat(TextNormalizer.normalize("a\r\nb\rc\u2028d\u0085e\n")).isEqualTo("a\nb\nc\nd\ne\n");
  }

  @Test
  void controlAndZeroWidthCharactersGo() {
    assertThat(TextNormalizer.normalize("\uFEFFa\u0000b\u200Bc\u007Fd\u00ADe\u202Ef\u2060g\u001B"))
        .isEqualTo("abcdefg");
  }

  @Test
  void joinersThatCarryMeaningStay() {
    String text = "می\u200Cخواهم 👩\u200D🚀";
    assertThat(TextNormalizer.normalize(text)).isEqualTo(text);
  }
}
