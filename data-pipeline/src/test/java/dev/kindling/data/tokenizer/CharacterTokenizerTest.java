package dev.kindling.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import org.junit.jupiter.api.Test;

class CharacterTokenizerTest {
  private static final int[] CHARACTERS = "ba\n 磨😀".codePoints().toArray();

  @Test
  void everyCodePointIsOneIdInAscendingOrder() {
    CharacterTokenizer tokenizer = CharacterTokenizer.of(CHARACTERS, false, false);
    assertThat(tokenizer.vocabSize()).isEqualTo(6);
    assertThat(tokenizer.endOfTextId()).isEmpty();
    assertThat(tokenizer.encode("ab 😀磨\n")).containsExactly(2, 3, 1, 5, 4, 0);
    assertThat(tokenizer.decode(new int[] {2, 3, 1, 5, 4, 0})).isEqualTo("ab 😀磨\n");
  }

  @Test
  void aCharacterThatTheVocabularyLacksIsAnErrorWithoutAnUnknownEntry() {
    CharacterTokenizer tokenizer = CharacterTokenizer.of(CHARACTERS, false, true);
    assertThatThrownBy(() -> tokenizer.encode("abé"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'é' (U+00E9) at index 2")
        .hasMessageContaining("minFrequency");
  }

  @Test
  void aCharacterThatTheVocabularyLacksIsUnknownWhereThereIsAnEntryForIt() {
    CharacterTokenizer tokenizer = CharacterTokenizer.of(CHARACTERS, true, true);
    int unknown = tokenizer.unknownId().orElseThrow();
    assertThat(tokenizer.encode("aé😁b\ud800")).containsExactly(2, unknown, unknown, 3, unknown);
    assertThat(tokenizer.decode(new int[] {2, unknown, 3})).isEqualTo("a<unk>b");
  }

  @Test
  void theSpecialTokenComesLastAndDecodesToNothing() {
    CharacterTokenizer tokenizer = CharacterTokenizer.of(CHARACTERS, true, true);
    assertThat(tokenizer.endOfTextId()).hasValue(7);
    assertThat(tokenizer.decode(new int[] {2, 7})).isEqualTo("a");
  }
}
