package dev.kindling.spark.ngram;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.QualifiedPath;
import dev.kindling.data.shard.Mixture;
import dev.kindling.data.shard.TokenSet;
import java.io.Serializable;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The token shards that n-grams are counted in.
 *
 * @param directory where they are
 * @param vocabSize V
 * @param endOfText the token that ends a document; negative where there is none
 * @param numTrainTokens of the split {@code train}
 * @param numTrainDocuments of the split {@code train}
 * @param numValidationTokens of the split {@code validation}
 * @param numValidationBytes of its text in UTF-8; 0 where the manifest does not say
 */
record NgramTokens(
    String directory,
    int vocabSize,
    int endOfText,
    long numTrainTokens,
    long numTrainDocuments,
    long numValidationTokens,
    long numValidationBytes)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  static final String TRAIN = "train";
  static final String VALIDATION = "validation";

  /**
   * Reads the manifest.
   *
   * @throws InvalidInputException if these are no token shards, or their documents are not there as
   *     they were written
   */
  static NgramTokens open(Configuration hadoop, Path input) {
    Path directory = QualifiedPath.of(hadoop, input);
    ObjectNode details = Manifest.require(hadoop, directory, TokenSet.KIND).details();
    if (TokenSet.packedLength(details) > 0) {
      throw new InvalidInputException(
          directory
              + " has its training documents packed into sequences of "
              + TokenSet.packedLength(details)
              + " tokens, which cut them",
          "whole documents, in which n-grams are counted",
          "tokenize with tokenize.packedLength=0");
    }
    if (Mixture.of(hadoop, directory).parts().size() > 1) {
      throw new InvalidInputException(
          directory + " is a mixture, whose parts are sampled by weight",
          "token shards, in which n-grams are counted once each",
          "give one of its parts, or tokenize the documents of all together");
    }
    JsonNode endOfText = details.path("endOfText");
    return new NgramTokens(
        directory.toString(),
        Math.toIntExact(count(directory, details, "/vocabSize")),
        endOfText.isInt() ? endOfText.intValue() : -1,
        count(directory, details, "/splits/train/tokens"),
        count(directory, details, "/splits/train/documents"),
        count(directory, details, "/splits/validation/tokens"),
        details.at("/splits/validation/bytes").asLong());
  }

  /** The token that ends a document, where there is one. */
  OptionalInt endOfTextId() {
    return endOfText < 0 ? OptionalInt.empty() : OptionalInt.of(endOfText);
  }

  private static long count(Path directory, ObjectNode details, String pointer) {
    JsonNode value = details.at(pointer);
    if (!value.isIntegralNumber() || value.longValue() < 1) {
      throw new InvalidInputException(
          "the manifest of " + directory + " has no count at details" + pointer,
          "a manifest that `kindling tokenize` wrote",
          "run `kindling tokenize` again");
    }
    return value.longValue();
  }
}
