package dev.kindling.data.signal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SentencesTest {
  @Test
  void spaceBetweenSentencesBelongsToTheSecond() {
    assertThat(Sentences.split("One. Two!\n\n  Three? four"))
        .containsExactly("One.", " Two!", "\n\n  Three?", " four");
    assertThat(Sentences.split("磨坊。面包！ 好")).containsExactly("磨坊。", "面包！", " 好");
  }

  @Test
  void spaceAtTheEndsOfATextStaysInItsSentences() {
    assertThat(Sentences.split("  One. Two. \n")).containsExactly("  One.", " Two. \n");
    assertThat(Sentences.split(" \n ")).containsExactly(" \n ");
    assertThat(Sentences.split("a")).containsExactly("a");
  }

  @Test
  void thePartsOfAnyTextGiveTheText() {
    for (String text :
        List.of("Mr. Brown came. He left.", "...", "\n.\n.\n", "a\u2029b. c", "𝔘. 𝔙")) {
      assertThat(String.join("", Sentences.split(text))).isEqualTo(text);
    }
  }
}
