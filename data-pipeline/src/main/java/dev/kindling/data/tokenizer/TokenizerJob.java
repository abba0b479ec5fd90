package dev.kindling.data.tokenizer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Checksums;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.OutputDirectory;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns a tokenizer from cleaned documents: executors count, the driver learns from the counts.
 * The same documents give the same {@code tokenizer.json}, however they are partitioned.
 */
public final class TokenizerJob {
  /** The manifest's kind of a tokenizer directory. */
  public static final String KIND = "tokenizer";

  /** {@link TokenizerConfig#kind} of {@link ByteLevelBpe}. */
  public static final String BYTE_LEVEL_BPE = "byte-level-bpe";

  /** {@link TokenizerConfig#kind} of {@link CharacterTokenizer}. */
  public static final String CHARACTER = "character";

  /** {@link TokenizerConfig#kind} of {@link UnigramTokenizer}. */
  public static final String UNIGRAM = "unigram";

  private static final Logger LOG = LoggerFactory.getLogger(TokenizerJob.class);
  private static final int VERSION = 2;
  private static final List<String> KINDS =
      List.of(BYTE_LEVEL_BPE, CHARACTER, UNIGRAM, WordPieceJob.UNCASED, WordPieceJob.CASED);

  private TokenizerJob() {}

  /**
   * Runs the step, or returns the manifest of {@code output} where the same work is already done.
   *
   * @param documents the output of cleaning
   * @return a manifest of kind {@value #KIND} with the details kind, vocabSize, sha256 (of {@code
   *     tokenizer.json}), documents, endOfText (id or null)
   * @throws InvalidInputException if the configuration, the documents or the output cannot be used;
   *     an existing output stays as it is
   */
  public static Manifest run(
      SparkSession spark, TokenizerConfig config, Path documents, Path output) {
    requireValid(config);
    Dataset<String> texts =
        CleanDocuments.open(spark, documents).select("text").as(Encoders.STRING());
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    OutputDirectory.requireOutside(hadoop, output, List.of(documents));
    String fingerprint =
        Fingerprint.of(KIND, VERSION)
            .with("config", config)
            .withInput("documents", hadoop, documents)
            .sha256();
    try (OutputDirectory directory =
        OutputDirectory.open(hadoop, output, KIND, fingerprint, TokenizerFile.NAME)) {
      if (directory.finished().isPresent()) {
        return directory.finished().get();
      }
      Tokenizer tokenizer = learn(config, texts, documents);
      byte[] json = TokenizerFile.toJson(tokenizer);
      write(hadoop, directory.resolve(TokenizerFile.NAME), json);
      ObjectNode details = Manifest.newDetails();
      details.put("kind", config.kind());
      details.put("vocabSize", tokenizer.vocabSize());
      details.put("sha256", Checksums.sha256(json));
      details.put("documents", texts.count());
      if (tokenizer.endOfTextId().isPresent()) {
        details.put("endOfText", tokenizer.endOfTextId().getAsInt());
      } else {
        details.putNull("endOfText");
      }
      return directory.commit(details);
    }
  }

  private static void requireValid(TokenizerConfig config) {
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
    if (WordPieceJob.isKind(config.kind())) {
      WordPieceJob.requireValid(config);
    }
    if (config.minFrequency() < 1) {
      throw new InvalidInputException(
          "tokenizer.minFrequency is " + config.minFrequency(), "1 or more", "raise it");
    }
  }

  private static Tokenizer learn(TokenizerConfig config, Dataset<String> texts, Path documents) {
    return switch (config.kind()) {
      case CHARACTER -> learnCharacters(config, texts, documents);
      case UNIGRAM -> UnigramLearning.learn(config, texts, documents);
      case WordPieceJob.UNCASED, WordPieceJob.CASED -> learnPieces(config, texts, documents);
      default -> learnMerges(config, texts, documents);
    };
  }

  private static Tokenizer learnPieces(
      TokenizerConfig config, Dataset<String> texts, Path documents) {
    WordPieceTokenizer tokenizer = WordPieceJob.learn(config, texts);
    if (tokenizer.vocabSize() == WordPieceLearner.SPECIAL_TOKENS.size()) {
      throw nothingToLearn(documents, "a word");
    }
    return tokenizer;
  }

  private static Tokenizer learnCharacters(
      TokenizerConfig config, Dataset<String> texts, Path documents) {
    Map<Integer, Long> counts = WordCounter.countCodePoints(texts);
    int[] frequent =
        counts.entrySet().stream()
            .filter(entry -> entry.getValue() >= config.minFrequency())
            .mapToInt(Map.Entry::getKey)
            .toArray();
    if (frequent.length == 0) {
      throw nothingToLearn(documents, "a character seen " + config.minFrequency() + " times");
    }
    return CharacterTokenizer.of(frequent, config.minFrequency() > 1, config.endOfText());
  }

  private static Tokenizer learnMerges(
      TokenizerConfig config, Dataset<String> texts, Path documents) {
    List<WordCount> words =
        WordCounter.countWords(texts, WordCounter.MAX_WORDS, WordCounter.MAX_WORD_BYTES);
    if (words.isEmpty()) {
      throw nothingToLearn(documents, "a word");
    }
    Tokenizer tokenizer =
        BytePairLearner.learn(words, config.vocabSize(), config.minFrequency(), config.endOfText());
    if (tokenizer.vocabSize() < config.vocabSize()) {
      LOG.info(
          "the vocabulary has {} ids instead of {}: no other pair occurs {} times",
          tokenizer.vocabSize(),
          config.vocabSize(),
          config.minFrequency());
    }
    return tokenizer;
  }

  static InvalidInputException nothingToLearn(Path documents, String expected) {
    return new InvalidInputException(
        documents + " holds no text to learn from",
        "documents with at least " + expected,
        "give more text, or lower tokenizer.minFrequency");
  }

  private static void write(Configuration hadoop, Path path, byte[] json) {
    try (OutputStream out = path.getFileSystem(hadoop).create(path, true)) {
      out.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path, e);
    }
  }
}
