package dev.kindling.data.tokenizer;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.tokenizer.unigram.MetaspaceText;
import dev.kindling.data.tokenizer.unigram.ScoredPiece;
import dev.kindling.data.tokenizer.unigram.UnigramLearner;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns a {@link UnigramTokenizer}: executors normalize texts and count their words, the driver
 * learns pieces from as many as {@link WordCounter} lets through.
 */
final class UnigramLearning {
  private static final Logger LOG = LoggerFactory.getLogger(UnigramLearning.class);

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
   * Learns from a column of texts.
   *
   * @throws InvalidInputException if {@code tokenizer.vocabSize} has no room for the characters, or
   *     there is nothing to learn from
   */
  static UnigramTokenizer learn(TokenizerConfig config, Dataset<String> texts, Path documents) {
    Set<String> special = Set.copyOf(UnigramTokenizer.specialTokens(config.endOfText()));
    List<ScoredPiece> pieces =
        UnigramLearner.learn(
            countWords(texts), config.vocabSize() - special.size(), config.minFrequency(), special);
    if (pieces.isEmpty()) {
      throw TokenizerJob.nothingToLearn(
          documents, "a character seen " + config.minFrequency() + " times");
    }
    requireRoom(config, pieces.size());
    UnigramTokenizer tokenizer = UnigramTokenizer.of(pieces, config.endOfText());
    if (tokenizer.vocabSize() < config.vocabSize()) {
      LOG.info(
          "the vocabulary has {} ids instead of {}: the words have no more pieces of use",
          tokenizer.vocabSize(),
          config.vocabSize());
    }
    return tokenizer;
  }

  private static Map<String, Long> countWords(Dataset<String> texts) {
    Dataset<String> normal =
        texts.map((MapFunction<String, String>) MetaspaceText::of, Encoders.STRING());
    return WordCounter.countWords(
            normal,
            WordCounter.endingAt(MetaspaceText::wordEnd),
            WordCounter.MAX_WORDS,
            WordCounter.MAX_WORD_BYTES)
        .stream()
        .collect(Collectors.toMap(WordCount::word, WordCount::count));
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
