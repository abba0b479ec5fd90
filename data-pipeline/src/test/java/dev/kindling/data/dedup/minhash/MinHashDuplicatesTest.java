package dev.kindling.data.dedup.minhash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.dedup.TestDocuments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;

class MinHashDuplicatesTest {
  private static final MinHashConfig CONFIG = MinHashConfig.defaults();

  private final PlantedCorpus corpus = new PlantedCorpus(23);

  @Test
  void aBucketOfTwentyThousandEqualTextsIsOneCluster() {
    List<String> texts = new ArrayList<>(Collections.nCopies(20_000, corpus.text(80)));
    texts.add(corpus.text(80));
    Dataset<Row> marked = MinHashDuplicates.mark(TestDocuments.of("d", texts), CONFIG);
    assertThat(marked.count()).isEqualTo(19_999);
    assertThat(marked.select("kept_id", "cluster_size").distinct().collectAsList())
        .containsExactly(RowFactory.create("d00000", 20_000L));
    assertThat(MinHashDuplicates.clusterSizes(marked).collectAsList())
        .containsExactly(RowFactory.create(20_000L, 1L, 19_999L));
  }

  @Test
  void thePartitioningDoesNotChangeWhatIsKept() {
    List<String> texts = new ArrayList<>(corpus.families(40, 4, 0.6));
    Collections.shuffle(texts, new Random(1));
    Map<String, String> expected = marked(TestDocuments.of("d", texts).coalesce(1));
    assertThat(expected).hasSizeGreaterThan(40);
    Dataset<Row> shuffled = TestDocuments.of("d", texts).orderBy("text").repartition(7);
    assertThat(marked(shuffled)).isEqualTo(expected);
  }

  @Test
  void theRuleDecidesWhatStays() {
    String text = corpus.text(100);
    List<Row> rows =
        List.of(
            RowFactory.create("a", text, "2024-03-01", 0.2),
            RowFactory.create("b", text + " more", "2024-02-01", 0.9),
            RowFactory.create("c", text, "2024-01-01", null),
            RowFactory.create("d", text + " mole", null, 0.9),
            RowFactory.create("e", text, "2024-01-01", Double.NaN));
    Dataset<Row> documents =
        TestDocuments.rows("id STRING, text STRING, date STRING, score DOUBLE", rows);

    assertThat(keptBy(documents, new KeepRule.Longest())).containsOnly("b");
    assertThat(keptBy(documents, new KeepRule.Oldest("date"))).containsOnly("c");
    assertThat(keptBy(documents, new KeepRule.Best("score"))).containsOnly("b");
    assertThatThrownBy(() -> keptBy(documents, new KeepRule.Best("date")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("best:date, of type STRING");
    assertThatThrownBy(() -> keptBy(documents, new KeepRule.Oldest("crawl")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'crawl'")
        .hasMessageContaining("one of id, text, date, score");
  }

  @Test
  void nearDuplicatesWithoutSpacesAreFound() {
    String chinese = characters(300, 0x4E00, 3_000, 1);
    String japanese = characters(300, 0x3042, 80, 2);
    String thai = characters(300, 0x0E01, 46, 3);
    List<String> texts =
        List.of(
            chinese,
            japanese,
            thai,
            chinese.substring(0, 150) + "，" + chinese.substring(152),
            japanese.substring(5),
            thai.substring(0, 100) + " " + thai.substring(100, 295),
            characters(300, 0x4E00, 3_000, 4));
    assertThat(marked(TestDocuments.of("d", texts)))
        .isEqualTo(Map.of("d00003", "d00000", "d00004", "d00001", "d00005", "d00002"));
  }

  @Test
  void shortTextsAreDuplicatesOfEqualOnesOnlyAndMissingOnesOfNone() {
    List<String> texts =
        Arrays.asList(
            "", "Home", "home", "Page 1", "Page 2", "!", "?", "", "Page 2", "天地", "天", null, null);
    assertThat(marked(TestDocuments.of("d", texts)))
        .isEqualTo(Map.of("d00007", "d00000", "d00008", "d00004"));
  }

  @Test
  void documentsNeedIdsAndTexts() {
    Dataset<Row> documents =
        TestDocuments.rows("id BIGINT, text STRING", List.of(RowFactory.create(1L, "a")));
    assertThatThrownBy(() -> MinHashDuplicates.mark(documents, CONFIG))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a column id of type STRING");
  }

  private static Map<String, String> marked(Dataset<Row> documents) {
    return TestDocuments.kept(MinHashDuplicates.mark(documents, CONFIG));
  }

  private static List<String> keptBy(Dataset<Row> documents, KeepRule rule) {
    Dataset<Row> marked = MinHashDuplicates.mark(documents, CONFIG.withKeep(rule));
    Map<String, String> kept = TestDocuments.kept(marked);
    assertThat(kept).hasSize(4);
    return List.copyOf(kept.values());
  }

  private static String characters(int length, int first, int numCharacters, long seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(first + random.nextInt(numCharacters));
    }
    return text.toString();
  }
}
