package dev.kindling.data.dedup.minhash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.dedup.TestDocuments;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;

class NearDuplicatePairsTest {
  private static final MinHashConfig CONFIG = MinHashConfig.defaults();

  @Test
  void aBucketOfSimilarDocumentsIsAStarAroundTheSmallestId() {
    Dataset<Row> signatures =
        signatures(document("c", 0, 7), document("a", 0, 7), document("b", 0, 7, 8));
    assertThat(within(signatures, CONFIG)).containsExactlyInAnyOrder("a-b", "a-c");
  }

  @Test
  void documentsInNoCommonBucketAreNotCompared() {
    assertThat(within(signatures(document("a", 0, 7), document("b", 0, 8)), CONFIG)).isEmpty();
  }

  @Test
  void strangersDoNotHideTheDuplicatesBehindThem() {
    Dataset<Row> signatures =
        signatures(
            document("a", 1, 7),
            document("b", 2, 7),
            document("c", 3, 7),
            document("d", 3, 7),
            document("e", 2, 7));
    assertThat(within(signatures, CONFIG)).containsExactlyInAnyOrder("b-e", "c-d");
  }

  @Test
  void afterSomeStrangersABucketIsGivenUp() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < NearDuplicatePairs.MAX_LEADERS; i++) {
      rows.add(document("a" + i, i, 7));
    }
    rows.add(document("b", 99, 7));
    rows.add(document("c", 99, 7));
    assertThat(within(signatures(rows.toArray(new Row[0])), CONFIG)).isEmpty();
    rows.remove(0);
    assertThat(within(signatures(rows.toArray(new Row[0])), CONFIG)).containsExactly("b-c");
  }

  @Test
  void withoutAComparisonABucketIsOneStar() {
    Dataset<Row> signatures =
        signatures(document("a", 1, 7, 9), document("b", 2, 7, 9), document("c", 3, 7));
    assertThat(within(signatures, CONFIG.withMinJaccard(0)))
        .containsExactlyInAnyOrder("a-b", "a-c");
  }

  @Test
  void newerDocumentsFindTheOlderOneTheyResemble() {
    Dataset<Row> older = signatures(document("x", 1, 7), document("y", 2, 7), document("z", 3, 8));
    Dataset<Row> newer =
        signatures(
            document("a", 2, 7), document("b", 2, 7), document("c", 4, 7), document("d", 3, 9));
    List<Row> pairs = NearDuplicatePairs.between(older, newer, CONFIG).collectAsList();
    assertThat(names(pairs)).containsExactlyInAnyOrder("y-a", "y-b");
  }

  private static List<String> within(Dataset<Row> signatures, MinHashConfig config) {
    return names(NearDuplicatePairs.within(signatures, config).collectAsList());
  }

  private static List<String> names(List<Row> pairs) {
    return pairs.stream().map(pair -> pair.getString(0) + "-" + pair.getString(1)).toList();
  }

  private static Dataset<Row> signatures(Row... documents) {
    return TestDocuments.spark()
        .createDataFrame(List.of(documents), MinHashSignatures.schema(CONFIG));
  }

  /** A document of one of some contents that have nothing in common. */
  private static Row document(String id, int content, long... keys) {
    long[] shingles = LongStream.range(0, 10).map(i -> (content * 10L + i) << 32).toArray();
    return RowFactory.create(id, 100, keys, Sketch.of(shingles, CONFIG.sketchSize()));
  }
}
