package dev.kindling.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.Encoding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What byte-level BPE alone has, against Hugging Face's own library. */
class ByteLevelBpeParityTest {
  @Test
  void everyCodePointOfTheFirstFourPlanesIsOfTheSameClass() throws IOException {
    ByteLevelBpe bytes = BytePairLearner.learn(List.of(), 256, 1, false);
    try (HuggingFacePeer peer = HuggingFacePeer.of(bytes)) {
      for (int first = 0; first < 0x40000; first += 0x800) {
        StringBuilder text = new StringBuilder();
        for (int codePoint = first; codePoint < first + 0x800; codePoint++) {
          if (Character.getType(codePoint) != Character.SURROGATE) {
            // Joined to the a it is a letter, to the 1 a number, to the dot another, or a space.
            text.append("a").appendCodePoint(codePoint).append("1 ");
            text.append(".").appendCodePoint(codePoint).append("\n");
          }
        }
        assertThat(wordEnds(text.toString()))
            .as("from U+%04X", first)
            .isEqualTo(wordEnds(peer.encoding(text.toString())));
      }
    }
  }

  /** Where words end, in bytes. */
  private static List<Integer> wordEnds(String text) {
    List<Integer> ends = new ArrayList<>();
    char[] characters = text.toCharArray();
    int numBytes = 0;
    int end;
    for (int start = 0; start < characters.length; start = end) {
      end = PreTokenizer.wordEnd(characters, start, characters.length);
      numBytes += Utf8.encode(characters, start, end).length;
      ends.add(numBytes);
    }
    return ends;
  }

  private static List<Integer> wordEnds(Encoding encoding) {
    List<Integer> ends = new ArrayList<>();
    long[] words = encoding.getWordIds();
    for (int i = 0; i < words.length; i++) {
      if (i + 1 == words.length || words[i + 1] != words[i]) {
        ends.add(i + 1);
      }
    }
    return ends;
  }
}
