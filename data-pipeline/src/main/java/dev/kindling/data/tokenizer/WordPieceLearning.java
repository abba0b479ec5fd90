package dev.kindling.data.tokenizer;

import dev.kindling.data.InvalidInputException;
import java.util.Iterator;
import java.util.Spliterators;
import java.util.stream.StreamSupport;

/** The part of {@link TokenizerLearner} that learns {@link WordPieceTokenizer}. */
final class WordPieceLearning {
  /** {@link TokenizerConfig#kind} of BERT's uncased vocabulary. */
  static final String UNCASED = "wordpiece";

  /** {@link TokenizerConfig#kind} of BERT's cased vocabulary. */
  static final String CASED = "wordpiece-cased";

  /** Hugging Face's limit for BERT; a larger vocabulary keeps more. */
  private static final int LIMIT_ALPHABET = 1_000;

  /** One character, and the same with the prefix. */
  private static final int LEAST_PIECES = 2;

  private WordPieceLearning() {}

  static boolean isKind(String kind) {
    return kind.equals(UNCASED) || kind.equals(CASED);
  }

  static void requireValid(TokenizerConfig config) {
    int least = WordPieceLearner.SPECIAL_TOKENS.size() + LEAST_PIECES;
    if (config.vocabSize() < least) {
      throw new InvalidInputException(
          "tokenizer.vocabSize is " + config.vocabSize(),
          "at least " + least + ": the special tokens of BERT and a character",
          "raise tokenizer.vocabSize");
    }
    if (!config.endOfText()) {
      throw new InvalidInputException(
          "tokenizer.endOfText is false for " + config.kind(),
          "true: BERT's vocabulary has " + WordPieceTokenizer.SEPARATOR + ", which ends a document",
          "change tokenizer.endOfText");
    }
  }

  /**
   * Learns from counts of normalized words.
   *
   * @throws InvalidInputException if there is no word
   */
  static WordPieceTokenizer learn(TokenizerConfig config, TextCounts counts, String source) {
    BertNormalizer normalizer = BertNormalizer.bert(config.kind().equals(UNCASED));
    WordPieceTokenizer tokenizer =
        WordPieceLearner.learn(
            counts.words(text -> words(text, normalizer)),
            normalizer,
            config.vocabSize(),
            config.minFrequency(),
            Math.max(LIMIT_ALPHABET, config.vocabSize() / 4));
    if (tokenizer.vocabSize() == WordPieceLearner.SPECIAL_TOKENS.size()) {
      throw TokenizerLearner.nothingToLearn(source, "a word");
    }
    return tokenizer;
  }

  /** A word too long to be encoded is unknown, and nothing is learned from it. */
  private static Iterator<String> words(String text, BertNormalizer normalizer) {
    char[] characters = text.toCharArray();
    BertWords words = new BertWords(normalizer.normalize(characters, 0, characters.length));
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(words, 0), false)
        .filter(
            word ->
                word.codePointCount(0, word.length()) <= WordPieceTokenizer.MAX_WORD_CODE_POINTS)
        .iterator();
  }
}
