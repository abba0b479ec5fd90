package dev.kindling.data.dedup.minhash;

import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.CleanOutput;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.dedup.TestDocuments;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IncrementalTest {
  private static final MinHashConfig CONFIG = MinHashConfig.defaults();

  private final SparkSession spark = TestDocuments.spark();

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.8})
  void itRemovesOfTheNewCrawlWhatARunOverAllRemoves(double minJaccard) {
    MinHashConfig config = CONFIG.withMinJaccard(minJaccard).withKeep(new KeepRule.Oldest("crawl"));
    // Families are dealt out in turn, so that all have members in both crawls or in the new one.
    PlantedCorpus corpus = new PlantedCorpus(31);
    List<String> old = new ArrayList<>();
    List<String> fresh = new ArrayList<>(corpus.families(20, 3, 0.7));
    List<String> shared = corpus.families(60, 5, 0.6);
    for (int i = 0; i < shared.size(); i++) {
      (i % 2 == 0 ? old : fresh).add(shared.get(i));
    }
    Dataset<Row> oldDocuments = TestDocuments.of("z-old", old).withColumn("crawl", lit(1));
    Dataset<Row> freshDocuments = TestDocuments.of("a-new", fresh).withColumn("crawl", lit(2));

    Map<String, String> incremental =
        TestDocuments.kept(
            MinHashDuplicates.markAgainst(
                freshDocuments, signatures(freshDocuments), index(oldDocuments), config));

    Map<String, String> fromScratch =
        TestDocuments.kept(MinHashDuplicates.mark(oldDocuments.union(freshDocuments), config));
    fromScratch.keySet().removeIf(id -> id.startsWith("z-old"));

    assertThat(incremental).hasSizeGreaterThan(80);
    assertThat(incremental.keySet()).isEqualTo(fromScratch.keySet());
    assertThat(incremental.values())
        .anyMatch(id -> id.startsWith("z-old"))
        .anyMatch(id -> id.startsWith("a-new"));
  }

  @Test
  void anOlderDocumentStaysWhateverTheRuleSays() {
    PlantedCorpus corpus = new PlantedCorpus(37);
    String text = corpus.text(100);
    Dataset<Row> fresh = TestDocuments.of("a-new", List.of(text + " longer", corpus.text(100)));
    Dataset<Row> old = TestDocuments.of("z-old", List.of(text, text));
    Dataset<Row> marked =
        MinHashDuplicates.markAgainst(fresh, signatures(fresh), index(old), CONFIG);
    assertThat(TestDocuments.kept(marked)).isEqualTo(Map.of("a-new00000", "z-old00000"));
  }

  @Test
  void anIndexOfOtherSettingsIsRefused() {
    Dataset<Row> documents = TestDocuments.of("d", List.of("one two three four five six"));
    String path = write(documents);
    MinHashConfig other = CONFIG.withBands(20, 5);
    assertThatThrownBy(() -> MinHashSignatures.read(spark, path, other))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(path + " was made with")
        .hasMessageContaining("bands 14, rows 8")
        .hasMessageContaining("bands 20, rows 5");
    assertThatThrownBy(() -> MinHashDuplicates.mark(documents, documents, CONFIG))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("has the columns id, text");
  }

  @Test
  void anIdIsOnOneSideOnly() {
    Dataset<Row> documents = TestDocuments.of("d", List.of("one two three four five six"));
    Dataset<Row> index = index(documents);
    Dataset<Row> signatures = signatures(documents);
    assertThatThrownBy(() -> MinHashDuplicates.markAgainst(documents, signatures, index, CONFIG))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the id 'd00000' is in the new crawl and in the older index");
  }

  private static Dataset<Row> signatures(Dataset<Row> documents) {
    return MinHashSignatures.of(documents, CONFIG);
  }

  private Dataset<Row> index(Dataset<Row> documents) {
    return MinHashSignatures.read(spark, write(documents), CONFIG);
  }

  private String write(Dataset<Row> documents) {
    String path = CleanOutput.hadoopPath(directory.resolve("index")).toString();
    MinHashSignatures.write(signatures(documents), path);
    return path;
  }
}
