package dev.kindling.data.tokenizer;

import dev.kindling.data.InvalidInputException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Learns a tokenizer of any kind from counts, of which it is a function. */
public final class TokenizerLearner {
  /** {@link TokenizerConfig#kind} of {@link ByteLevelBpe}. */
  public static final String BYTE_LEVEL_BPE = "byte-level-bpe";

  /** {@link TokenizerConfig#kind} of {@link CharacterTokenizer}. */
  public static final String CHARACTER = "character";

  /** {@link TokenizerConfig#kind} of {@link UnigramTokenizer}. */
  public static final String UNIGRAM = "unigram";

  /** All kinds that can be learned. */
  public static final List<String> KINDS =
      List.of(
          BYTE_LEVEL_BPE, CHARACTER, UNIGRAM, WordPieceLearning.UNCASED, WordPieceLearning.CASED);

  private static final Logger LOG = LoggerFactory.getLogger(TokenizerLearner.class);

  private TokenizerLearner() {}

  /**
   * Learns from texts in memory what {@link TokenizerJob} learns from the same documents, where
   * these have no more words than it lets through.
   *
   * @throws InvalidInputException if the configuration cannot be used, or the texts hold nothing to
   *     learn from
   */
  public static Tokenizer learn(TokenizerConfig config, List<String> texts) {
    requireValid(config);
    return learn(config, TextCounts.of(texts), "the list of texts");
  }

  /**
   * Learns from counts.
   *
   * @param source what the counts are of, for messages
   * @throws InvalidInputException as above
   */
  static Tokenizer learn(TokenizerConfig config, TextCounts counts, String source) {
    Tokenizer tokenizer =
        switch (config.kind()) {
          case CHARACTER -> learnCharacters(config, counts, source);
          case UNIGRAM -> UnigramLearning.learn(config, counts, source);
          case WordPieceLearning.UNCASED, WordPieceLearning.CASED ->
              WordPieceLearning.learn(config, counts, source);
          default -> learnMerges(config, counts, source);
        };
    if (!config.kind().equals(CHARACTER) && tokenizer.vocabSize() < config.vocabSize()) {
      LOG.info(
          "the vocabulary has {} ids instead of {}: nothing else occurs {} times and is of use",
          tokenizer.vocabSize(),
          config.vocabSize(),
          config.minFrequency());
    }
    return tokenizer;
  }

  /**
   * Checks what can be checked without the texts.
   *
   * @throws InvalidInputException if a setting cannot be used
   */
  static void requireValid(TokenizerConfig config) {
    if (!KINDS.contains(config.kind())) {
      throw new InvalidInputException(
          "tokenizer.kind is '" + config.kind() + "'",
          String.join(" or ", KINDS),
          "change tokenizer.kind");
    }
    int leastVocabSize = ByteAlphabet.SIZE + (config.endOfText() ? 1 : 0);
    if (config.kind().equals(BYTE_LEVEL_BPE) && config.vocabSize() < leastVocabSize) {
      throw new InvalidInputException(
          "tokenizer.vocabSize is " + config.vocabSize(),
          "at least " + leastVocabSize + ": one id for each byte and each special token",
          "raise tokenizer.vocabSize");
    }
    if (config.kind().equals(UNIGRAM)) {
      UnigramLearning.requireValid(config);
    }
    if (WordPieceLearning.isKind(config.kind())) {
      WordPieceLearning.requireValid(config);
    }
    if (config.minFrequency() < 1) {
      throw new InvalidInputException(
          "tokenizer.minFrequency is " + config.minFrequency(), "1 or more", "raise it");
    }
  }

  static InvalidInputException nothingToLearn(String source, String expected) {
    return new InvalidInputException(
        source + " holds no text to learn from",
        "documents with at least " + expected,
        "give more text, or lower tokenizer.minFrequency");
  }

  private static Tokenizer learnCharacters(
      TokenizerConfig config, TextCounts counts, String source) {
    int[] frequent =
        counts.codePoints().entrySet().stream()
            .filter(entry -> entry.getValue() >= config.minFrequency())
            .mapToInt(entry -> entry.getKey())
            .toArray();
    if (frequent.length == 0) {
      throw nothingToLearn(source, "a character seen " + config.minFrequency() + " times");
    }
    return CharacterTokenizer.of(frequent, config.minFrequency() > 1, config.endOfText());
  }

  private static Tokenizer learnMerges(TokenizerConfig config, TextCounts counts, String source) {
    List<WordCount> words = counts.words(text -> new Words(text, PreTokenizer::wordEnd));
    if (words.isEmpty()) {
      throw nothingToLearn(source, "a word");
    }
    return BytePairLearner.learn(
        words, config.vocabSize(), config.minFrequency(), config.endOfText());
  }
}
