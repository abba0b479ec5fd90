package dev.kindling.data.tokenizer;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.tokenizer.unigram.MetaspaceText;
import dev.kindling.data.tokenizer.unigram.ScoredPiece;
import dev.kindling.data.tokenizer.unigram.UnigramLearner;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The part of {@link TokenizerLearner} that learns {@link UnigramTokenizer}. */
final class UnigramLearning {
  private UnigramLearning() {}

  /**
   * Checks what can be checked without the texts.
   *
   * @throws InvalidInputException if {@code tokenizer.vocabSize} has no room for special tokens
   */
  static void requireValid(TokenizerConfig config) {
    requireRoom(config, 1);
  }

  /**
   * Learns from counts of normalized words.
   *
   * @throws InvalidInputException if {@code tokenizer.vocabSize} has no room for the characters, or
   *     there is nothing to learn from
   */
  static UnigramTokenizer learn(TokenizerConfig config, TextCounts counts, String source) {
    Map<String, Long> words =
        counts.words(text -> new Words(MetaspaceText.of(text), MetaspaceText::wordEnd)).stream()
            .collect(Collectors.toMap(WordCount::word, WordCount::count));
    Set<String> special = Set.copyOf(UnigramTokenizer.specialTokens(config.endOfText()));
    List<ScoredPiece> pieces =
        UnigramLearner.learn(
            words, config.vocabSize() - special.size(), config.minFrequency(), special);
    if (pieces.isEmpty()) {
      throw TokenizerLearner.nothingToLearn(
          source, "a character seen " + config.minFrequency() + " times");
    }
    requireRoom(config, pieces.size());
    return UnigramTokenizer.of(pieces, config.endOfText());
  }

  /** Learning returns more pieces than were asked for only where all of them are characters. */
  private static void requireRoom(TokenizerConfig config, int numPieces) {
    int leastVocabSize = UnigramTokenizer.specialTokens(config.endOfText()).size() + numPieces;
    if (config.vocabSize() < leastVocabSize) {
      throw new InvalidInputException(
          "tokenizer.vocabSize is " + config.vocabSize(),
          "at least " + leastVocabSize + ": one id for each special token and each character",
          "raise tokenizer.vocabSize, or raise tokenizer.minFrequency, which makes rarer"
              + " characters unknown");
    }
  }
}
