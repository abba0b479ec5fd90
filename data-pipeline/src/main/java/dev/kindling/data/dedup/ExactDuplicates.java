package dev.kindling.data.dedup;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import dev.kindling.data.manifest.Checksums;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.text.Normalizer;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Exact deduplication: of the documents with the same key, one stays. Which one that is does not
 * depend on partitions or on who came first.
 *
 * <p>Only keys and ids are shuffled to find the groups; the groups with more than one member are
 * then joined back, which Spark does by broadcast where they are few.
 */
public final class ExactDuplicates {
  /** The rule's name among the rejects. */
  public static final String RULE = "exact-duplicate";

  private static final String NUM_MEMBERS = "num_members";

  private ExactDuplicates() {}

  /**
   * The key of a text: SHA-256 of its UTF-8 bytes in NFC, with every run of white space made one
   * space and none at the ends, so that the same story from a page and from a plain file is one.
   *
   * @return 32 bytes
   */
  public static byte[] key(String text) {
    MessageDigest digest = Checksums.newSha256();
    String composed = Normalizer.normalize(text, Normalizer.Form.NFC);
    return digest.digest(withSingleSpaces(composed).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Adds a column with the id of the document that stays in a duplicate's place; null for the one
   * that stays, for those that have no duplicate, and for all that are no candidates.
   *
   * @param documents with a key and an id that is unique; read more than once, so best cached
   * @param candidate which rows take part
   * @param key the name of the column to compare; rows without one have no duplicate
   * @param id the name of the column with the id
   * @param staying an aggregate that gives the id of the document that stays, such as {@code
   *     min(id)}
   * @param keptId the name of the column to add
   */
  public static Dataset<Row> markDuplicates(
      Dataset<Row> documents,
      Column candidate,
      String key,
      String id,
      Column staying,
      String keptId) {
    Dataset<Row> groups =
        documents
            .filter(candidate.and(col(key).isNotNull()))
            .groupBy(col(key))
            .agg(staying.as(keptId), count(lit(1)).as(NUM_MEMBERS))
            .filter(col(NUM_MEMBERS).gt(1))
            .select(col(key).as(key + "_of_group"), col(keptId).as("first_id"));
    return documents
        .join(groups, documents.col(key).equalTo(groups.col(key + "_of_group")), "left")
        .withColumn(keptId, when(candidate.and(col("first_id").notEqual(col(id))), col("first_id")))
        .drop(key + "_of_group", "first_id");
  }

  private static String withSingleSpaces(String text) {
    StringBuilder normal = new StringBuilder(text.length());
    boolean space = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isWhitespace(c)) {
        space = true;
        continue;
      }
      if (space && !normal.isEmpty()) {
        normal.append(' ');
      }
      space = false;
      normal.append(c);
    }
    return normal.toString();
  }
}
