package dev.kindling.data.dedup.minhash;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;

import dev.kindling.data.InvalidInputException;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/**
 * Fuzzy deduplication of a corpus, or of a new crawl against the index of an older one, without a
 * step that needs one large machine:
 *
 * <ol>
 *   <li>{@link MinHashSignatures}: each text becomes band keys and a sketch of its shingles;
 *   <li>{@code NearDuplicatePairs}: documents that agree in a band are compared;
 *   <li>{@link ConnectedComponents}: pairs become clusters;
 *   <li>a {@link KeepRule} chooses the document of each cluster that stays.
 * </ol>
 *
 * <p>Nothing depends on partitions or on the order of the rows. Being a duplicate is transitive:
 * both ends of a chain of similar documents are in one cluster. Exact duplicates are found too, but
 * {@link dev.kindling.data.dedup.ExactDuplicates} finds them at less cost.
 */
public final class MinHashDuplicates {
  /** The rule's name among the rejects. */
  public static final String RULE = "near-duplicate";

  /** A column of the result: the document that stays. */
  public static final String KEPT_ID = "kept_id";

  /** A column of the result: the number of documents in the cluster, with the one that stays. */
  public static final String CLUSTER_SIZE = "cluster_size";

  private static final String IS_NEW = "is_new";
  private static final String COMPONENT = "component";

  private MinHashDuplicates() {}

  /**
   * Finds the duplicates in a corpus.
   *
   * @param documents with the columns id, unique and never null, text, and the one that {@link
   *     MinHashConfig#keep} names
   * @return rows of (id, kept_id, cluster_size), one for each document to remove; computed
   * @throws InvalidInputException if a column is missing or of a wrong type
   */
  public static Dataset<Row> mark(Dataset<Row> documents, MinHashConfig config) {
    Dataset<Row> signatures =
        MinHashSignatures.of(documents, config).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      return mark(documents, signatures, config);
    } finally {
      signatures.unpersist();
    }
  }

  /**
   * As above, with the documents' signatures where they are there already.
   *
   * @param documents with the id and the column that {@link MinHashConfig#keep} names
   * @param signatures read several times, so best cached or read from files
   */
  public static Dataset<Row> mark(
      Dataset<Row> documents, Dataset<Row> signatures, MinHashConfig config) {
    MinHashSignatures.requireMadeWith(signatures, config, "the documents' index");
    Dataset<Row> ranks = KeepOrder.ranks(documents, signatures, config.keep());
    return choose(NearDuplicatePairs.within(signatures, config), ranks);
  }

  /**
   * Finds the documents of a new crawl that are duplicates of older ones, directly or by a chain of
   * new ones, or of each other. Older documents are never removed: where a cluster has some, the
   * one with the smallest id stays in the place of all new ones, whatever {@link
   * MinHashConfig#keep} says. What is removed of the new crawl is what one run over both would
   * remove that keeps the older ones, but for buckets in which the two runs have other leaders that
   * resemble no one.
   *
   * @param documents the new crawl: its ids and the column that {@link MinHashConfig#keep} names
   * @param signatures of the new crawl, read several times, so best cached or read from files
   * @param index signatures of the older documents, made with the same settings
   * @return as above; a cluster's size counts the new documents and the older ones they were found
   *     by
   * @throws InvalidInputException also if an id is in both, or the settings of the index differ
   */
  public static Dataset<Row> markAgainst(
      Dataset<Row> documents, Dataset<Row> signatures, Dataset<Row> index, MinHashConfig config) {
    MinHashSignatures.requireMadeWith(signatures, config, "the documents' index");
    MinHashSignatures.requireMadeWith(index, config, "the older index");
    requireOtherIds(signatures, index);
    Dataset<Row> ranks = KeepOrder.ranks(documents, signatures, config.keep());
    Dataset<Row> pairs =
        NearDuplicatePairs.within(signatures, config)
            .union(NearDuplicatePairs.between(index, signatures, config));
    return choose(pairs, ranks);
  }

  /**
   * How many clusters there are of each size, for a report.
   *
   * @param marked the result of one of the above
   * @return rows of (cluster_size, clusters, removed), sorted by size; removed counts documents
   */
  public static Dataset<Row> clusterSizes(Dataset<Row> marked) {
    return marked
        .groupBy(CLUSTER_SIZE)
        .agg(countDistinct(KEPT_ID).as("clusters"), count(lit(1)).as("removed"))
        .orderBy(CLUSTER_SIZE);
  }

  /** Nodes without a rank are older documents, which come first. */
  private static Dataset<Row> choose(Dataset<Row> pairs, Dataset<Row> ranks) {
    Dataset<Row> members =
        Checkpoints.keep(
            ConnectedComponents.of(pairs)
                .join(
                    ranks.withColumn(IS_NEW, lit(true)),
                    new String[] {MinHashSignatures.ID},
                    "left")
                .withColumn(IS_NEW, coalesce(col(IS_NEW), lit(false))));
    Dataset<Row> kept =
        members
            .groupBy(COMPONENT)
            .agg(
                min(struct(
                        col(IS_NEW),
                        col(KeepOrder.RANK).isNull(),
                        col(KeepOrder.RANK),
                        col(MinHashSignatures.ID).as(KEPT_ID)))
                    .as("first"),
                count(lit(1)).as(CLUSTER_SIZE))
            .select(col(COMPONENT), col("first." + KEPT_ID), col(CLUSTER_SIZE));
    return Checkpoints.keep(
        members
            .join(kept, COMPONENT)
            .filter(col(IS_NEW).and(col(MinHashSignatures.ID).notEqual(col(KEPT_ID))))
            .select(MinHashSignatures.ID, KEPT_ID, CLUSTER_SIZE));
  }

  private static void requireOtherIds(Dataset<Row> signatures, Dataset<Row> index) {
    List<Row> common =
        signatures
            .select(MinHashSignatures.ID)
            .join(
                index.select(MinHashSignatures.ID),
                new String[] {MinHashSignatures.ID},
                "left_semi")
            .takeAsList(1);
    if (!common.isEmpty()) {
      throw new InvalidInputException(
          "the id '" + common.get(0).getString(0) + "' is in the new crawl and in the older index",
          "an id for each document, unique over both",
          "leave out what is in the index already, or make the ids unique");
    }
  }
}
