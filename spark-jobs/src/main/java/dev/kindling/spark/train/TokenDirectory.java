package dev.kindling.spark.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Checksums;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.shard.Mixture;
import dev.kindling.data.shard.TokenSet;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.objective.CausalLanguageModelling;
import dev.kindling.model.objective.MaskedLanguageModelling;
import dev.kindling.model.objective.NextSentence;
import dev.kindling.model.objective.Objective;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * What the driver has to know of a directory of token shards; it reads no tokens.
 *
 * @param path the directory
 * @param fingerprint of the shards
 * @param vocabSize V of the tokenizer that wrote them
 * @param tokenizerSha256 of its {@code tokenizer.json}
 * @param endOfTextId the token that ends a document, where there is one
 * @param numTrainDocuments of the split {@code train}; of a mixture, what its smallest part has
 * @param numValidationDocuments of the split {@code validation}
 * @param numTrainTokens of the split {@code train}; of a mixture, what its smallest part has
 * @param numValidationTokens of the split {@code validation}
 * @param packedLength tokens of a packed training sequence; 0 where documents follow each other
 * @param unigramLoss nats per validation token of a model that knows frequencies only
 * @param uniformLoss ln V
 */
record TokenDirectory(
    Path path,
    String fingerprint,
    int vocabSize,
    String tokenizerSha256,
    OptionalInt endOfTextId,
    long numTrainDocuments,
    long numValidationDocuments,
    long numTrainTokens,
    long numValidationTokens,
    int packedLength,
    double unigramLoss,
    double uniformLoss) {

  /**
   * Reads the manifest.
   *
   * @throws InvalidInputException if it is not a complete directory of token shards
   */
  static TokenDirectory open(Configuration hadoop, Path path) {
    Manifest manifest = Manifest.require(hadoop, path, TokenSet.KIND);
    ObjectNode details = manifest.details();
    JsonNode endOfText = details.path("endOfText");
    return new TokenDirectory(
        path,
        manifest.fingerprint(),
        (int) number(path, details, "/vocabSize"),
        details.path("tokenizerSha256").asText(),
        endOfText.isNumber() ? OptionalInt.of(endOfText.intValue()) : OptionalInt.empty(),
        Mixture.leastOfAnyPart(details, "train", "documents"),
        details.at("/splits/validation/documents").asLong(),
        Mixture.leastOfAnyPart(details, "train", "tokens"),
        (long) number(path, details, "/splits/validation/tokens"),
        TokenSet.packedLength(details),
        number(path, details, "/unigramLoss"),
        number(path, details, "/uniformLoss"));
  }

  /** Validation tokens that can be measured: the first one is predicted by nothing. */
  long numMeasurable(Objective objective) {
    return objective instanceof CausalLanguageModelling
        ? numValidationTokens - 1
        : numValidationTokens;
  }

  /**
   * Checks that there is a window to train on, something to measure, and another document where
   * objectives take text from one.
   *
   * @throws InvalidInputException if a split is too short
   */
  void requireEnoughFor(Objective objective) {
    int stride = RawWindows.stride(objective);
    if (packedLength > 0 && packedLength != objective.rawTokens()) {
      throw new InvalidInputException(
          path + " has training sequences packed to " + packedLength + " tokens",
          objective.rawTokens() + ", which one sample of this model takes",
          "tokenize with tokenize.packedLength="
              + objective.rawTokens()
              + " (or 0 for any model), or change model.contextLength");
    }
    if (numTrainTokens < stride + 1L) {
      throw new InvalidInputException(
          path + " has " + numTrainTokens + " training tokens (a mixture: in its smallest part)",
          "at least " + (stride + 1L) + ", those of one sample and one more",
          "tokenize more text, or choose a smaller model.contextLength");
    }
    int measured = objective instanceof CausalLanguageModelling ? 1 : stride;
    if (numMeasurable(objective) < measured) {
      throw new InvalidInputException(
          path + " has " + numValidationTokens + " validation tokens",
          objective instanceof CausalLanguageModelling
              ? "at least 2, so that there is something to predict"
              : "at least " + stride + ", those of one sample",
          "tokenize more text, or hold out a larger tokenize.validation.fraction");
    }
    long fewestDocuments = Math.min(numTrainDocuments, numValidationDocuments);
    if (takesOtherDocuments(objective) && fewestDocuments < 2) {
      throw new InvalidInputException(
          path
              + " has "
              + numTrainDocuments
              + " training documents and "
              + numValidationDocuments
              + " for validation",
          "at least 2 each, because objective.masking.nextSentence random takes text from another"
              + " document",
          "set it to order or none, or tokenize more documents");
    }
  }

  private static boolean takesOtherDocuments(Objective objective) {
    return objective instanceof MaskedLanguageModelling masked
        && masked.nextSentence() == NextSentence.RANDOM;
  }

  /** The bytes of the tokenizer that belongs to the shards. */
  byte[] readTokenizer(Configuration hadoop) {
    Path file = new Path(path, TokenizerFile.NAME);
    try (InputStream in = file.getFileSystem(hadoop).open(file)) {
      byte[] bytes = in.readAllBytes();
      if (!Checksums.sha256(bytes).equals(tokenizerSha256)) {
        throw new InvalidInputException(
            file + " is not the tokenizer that the shards were written with",
            "SHA-256 " + tokenizerSha256,
            "run `kindling tokenize` again");
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private static double number(Path path, ObjectNode details, String pointer) {
    JsonNode value = details.at(pointer);
    if (!value.isNumber()) {
      throw new InvalidInputException(
          "the manifest of " + path + " has no number at details" + pointer,
          "a manifest that `kindling tokenize` wrote",
          "run `kindling tokenize` again");
    }
    return value.doubleValue();
  }
}
