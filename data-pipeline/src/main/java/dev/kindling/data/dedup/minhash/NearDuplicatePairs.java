package dev.kindling.data.dedup.minhash;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.udf;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;

/**
 * Finds pairs of near-duplicates by their buckets. A bucket is made of the documents with the same
 * key of a band; its leader is the one with the smallest id, and the others are compared with the
 * leader only, so that a bucket of n documents makes n - 1 pairs and not n (n - 1) / 2. Those that
 * do not resemble their leader form the bucket again without it, up to {@value #MAX_LEADERS} times:
 * otherwise one stranger with a small id would hide the near-duplicates behind it.
 *
 * <p>No bucket is ever collected. Leaders are minima, which Spark aggregates before the shuffle;
 * members find their leader, and both their sketches, by joins on the side of which keys or ids are
 * unique. Where a join sorts, a bucket of any size streams past that one row, spilling to disk;
 * adaptive execution, on by default, also splits its partition between tasks, or broadcasts the
 * leaders where they are few.
 */
final class NearDuplicatePairs {
  /** A column: the document with the smaller id, or the older one. */
  static final String LEADER = "leader";

  /** A column: the other document. */
  static final String MEMBER = "member";

  /** How many leaders the members of a bucket are compared with at most. */
  static final int MAX_LEADERS = 4;

  private static final String KEY = "key";

  private NearDuplicatePairs() {}

  /**
   * The pairs within a corpus.
   *
   * @param signatures see {@link MinHashSignatures}; read several times, so best cached
   * @return rows of (leader, member), which together connect what is similar; a pair can be there
   *     again by another bucket
   */
  static Dataset<Row> within(Dataset<Row> signatures, MinHashConfig config) {
    Dataset<Row> members = members(signatures);
    List<Dataset<Row>> found = new ArrayList<>();
    boolean last = false;
    for (int round = 0; round < MAX_LEADERS && !last; round++) {
      Dataset<Row> leaders =
          members
              .groupBy(KEY)
              .agg(min(MEMBER).as(LEADER), count(lit(1)).as("num_members"))
              .filter(col("num_members").gt(1))
              .drop("num_members");
      Dataset<Row> candidates = candidates(members, leaders);
      last = isLast(candidates, config);
      Dataset<Row> pairs =
          last ? pairs(candidates) : similar(candidates, signatures, signatures, config);
      found.add(pairs);
      members = rejected(candidates, pairs);
    }
    return union(found);
  }

  /**
   * The pairs of a document of an older corpus, the leader, and one of a newer corpus.
   *
   * @param older signatures of another corpus, with other ids
   */
  static Dataset<Row> between(Dataset<Row> older, Dataset<Row> newer, MinHashConfig config) {
    Dataset<Row> members = members(newer);
    Dataset<Row> olderMembers =
        Checkpoints.keep(members(older).join(members.select(KEY).distinct(), keys(), "left_semi"));
    List<Dataset<Row>> found = new ArrayList<>();
    boolean last = false;
    for (int round = 0; round < MAX_LEADERS && !last; round++) {
      Dataset<Row> leaders = olderMembers.groupBy(KEY).agg(min(MEMBER).as(LEADER));
      Dataset<Row> candidates = candidates(members, leaders);
      last = isLast(candidates, config);
      Dataset<Row> pairs = last ? pairs(candidates) : similar(candidates, older, newer, config);
      found.add(pairs);
      if (!last) {
        members = rejected(candidates, pairs);
        olderMembers = candidates(olderMembers, leaders).select(KEY, MEMBER);
      }
    }
    return union(found);
  }

  /** Where nothing is compared, all resemble their leaders, and nobody is left for a round. */
  private static boolean isLast(Dataset<Row> candidates, MinHashConfig config) {
    return config.minJaccard() == 0 || candidates.isEmpty();
  }

  private static Dataset<Row> pairs(Dataset<Row> candidates) {
    return candidates.select(LEADER, MEMBER).distinct();
  }

  private static Dataset<Row> members(Dataset<Row> signatures) {
    return signatures.select(
        explode(col(MinHashSignatures.KEYS)).as(KEY), col(MinHashSignatures.ID).as(MEMBER));
  }

  /** Every member but the leaders, with the leader of its bucket. */
  private static Dataset<Row> candidates(Dataset<Row> members, Dataset<Row> leaders) {
    return Checkpoints.keep(
        members.join(leaders, keys()).filter(col(MEMBER).notEqual(col(LEADER))));
  }

  /** The candidate pairs, each once, whose sketches are similar enough. */
  private static Dataset<Row> similar(
      Dataset<Row> candidates,
      Dataset<Row> leaderSignatures,
      Dataset<Row> memberSignatures,
      MinHashConfig config) {
    int size = config.sketchSize();
    UserDefinedFunction jaccard =
        udf(
            (UDF2<byte[], byte[], Double>) (one, other) -> Sketch.jaccard(one, other, size),
            DataTypes.DoubleType);
    return Checkpoints.keep(
        pairs(candidates)
            .join(sketches(leaderSignatures, LEADER, "leader_sketch"), LEADER)
            .join(sketches(memberSignatures, MEMBER, "member_sketch"), MEMBER)
            .filter(
                jaccard.apply(col("leader_sketch"), col("member_sketch")).geq(config.minJaccard()))
            .select(LEADER, MEMBER));
  }

  private static Dataset<Row> sketches(Dataset<Row> signatures, String id, String sketch) {
    return signatures.select(
        col(MinHashSignatures.ID).as(id), col(MinHashSignatures.SKETCH).as(sketch));
  }

  private static Dataset<Row> rejected(Dataset<Row> candidates, Dataset<Row> pairs) {
    return candidates.join(pairs, new String[] {LEADER, MEMBER}, "left_anti").select(KEY, MEMBER);
  }

  private static Dataset<Row> union(List<Dataset<Row>> found) {
    return found.stream().reduce(Dataset::union).orElseThrow();
  }

  private static String[] keys() {
    return new String[] {KEY};
  }
}
