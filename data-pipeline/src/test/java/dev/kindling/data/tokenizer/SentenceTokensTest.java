package dev.kindling.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.signal.Sentences;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Sentences that are encoded one by one, against their text that is encoded as a whole. Tokens may
 * reach over the end of a sentence that no space follows, as in {@code (So?)--No.} A Unigram
 * vocabulary puts a space in front of what it encodes where there is none, also before a line feed.
 */
class SentenceTokensTest {
  static final List<String> KINDS = TokenizerLearner.KINDS;

  @TempDir static Path directory;

  private static List<String> corpus;

  @BeforeAll
  static void readTheCorpus() throws IOException {
    corpus = TestTexts.embeddedCorpus(directory);
  }

  @ParameterizedTest
  @FieldSource("KINDS")
  void theTokensOfSentencesWithSpaceBetweenAreThoseOfTheirText(String kind) {
    Tokenizer tokenizer = TokenizerLearner.learn(new TokenizerConfig(kind, 1_000, 2, true), corpus);
    Predicate<String> keepsItsTokens =
        kind.equals("unigram")
            ? sentence -> sentence.startsWith(" ")
            : sentence -> Character.isWhitespace(sentence.charAt(0));
    int numParts = 0;
    for (String text : corpus) {
      List<String> parts = gluedUnless(keepsItsTokens, Sentences.split(text));
      int[] ids =
          parts.stream().flatMapToInt(part -> Arrays.stream(tokenizer.encode(part))).toArray();
      assertThat(ids).isEqualTo(tokenizer.encode(text));
      numParts += parts.size();
    }
    assertThat(numParts).isGreaterThan(500);
  }

  private static List<String> gluedUnless(Predicate<String> isPart, List<String> sentences) {
    List<String> parts = new ArrayList<>();
    for (String sentence : sentences) {
      if (parts.isEmpty() || isPart.test(sentence)) {
        parts.add(sentence);
      } else {
        parts.set(parts.size() - 1, parts.get(parts.size() - 1) + sentence);
      }
    }
    return parts;
  }
}
