package dev.kindling.data.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.CleanOutput;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusReaderTest {
  private static final ReadConfig CONFIG = new ReadConfig("line", 4000, 1 << 20);

  private final SparkSession spark = CleanOutput.localSpark();

  @TempDir private Path temporary;

  private Path write(String name, String text) throws IOException {
    Path file = temporary.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private List<String> ids(Corpus corpus) {
    List<String> ids = new ArrayList<>();
    for (Row row : corpus.documents(spark).collectAsList()) {
      ids.add(row.getAs("id") + "=" + row.getAs("text"));
    }
    return ids;
  }

  private List<String> reasons(Corpus corpus) {
    List<String> reasons = new ArrayList<>();
    for (Row row : corpus.quarantined(spark).collectAsList()) {
      reasons.add(row.getAs("source") + ": " + row.getAs("reason"));
    }
    return reasons;
  }

  private Corpus read(Object... inputs) {
    List<String> paths = new ArrayList<>();
    for (Object input : inputs) {
      paths.add(input.toString());
    }
    return CorpusReader.read(spark, CONFIG, paths);
  }

  @Test
  void aDirectoryOfAllFormatsIsReadAndOtherFilesAreNamed() throws IOException {
    write("in/a.txt", "one\n");
    write("in/deep/b.jsonl", "{\"text\": \"two\"}\n");
    write("in/deep/c.HTM", "<p>three</p>");
    write("in/README.md", "no");
    write("in/_SUCCESS", "");
    spark
        .sql("SELECT 11L AS id, 'four' AS text UNION ALL SELECT 12L, CAST(NULL AS STRING)")
        .coalesce(1)
        .write()
        .parquet(temporary.resolve("in/table").toString());

    Corpus corpus = read(temporary.resolve("in"));

    assertThat(ids(corpus))
        .containsExactlyInAnyOrder(
            "in/a.txt#0=one", "in/deep/b.jsonl#0=two", "in/deep/c.HTM#0=<p>three</p>", "11=four");
    assertThat(reasons(corpus)).singleElement().asString().endsWith("parquet: missing-text");
    assertThat(corpus.skippedFiles()).containsExactly("in/README.md");
    Row page = corpus.documents(spark).filter("html").first();
    assertThat(page.<String>getAs("source")).isEqualTo("in/deep/c.HTM");
  }

  @Test
  void idsDoNotDependOnTheSizeOfTasks() throws IOException {
    for (int i = 0; i < 20; i++) {
      write("in/" + i + ".txt", "first of " + i + "\nsecond of " + i + "\n");
    }
    List<String> few = ids(read(temporary.resolve("in")));
    SparkSession other = spark.newSession();
    other.conf().set("spark.sql.files.maxPartitionBytes", "1");
    Corpus many = CorpusReader.read(other, CONFIG, List.of(temporary.resolve("in").toString()));

    assertThat(many.records().getNumPartitions()).isEqualTo(20);
    assertThat(ids(many)).isEqualTo(few).hasSize(40);
  }

  @Test
  void aTaskIsSentItsOwnFilesOnly() throws IOException {
    write("few/0.txt", "x\n");
    for (int i = 0; i < 500; i++) {
      write("many/" + i + ".txt", "x\n");
    }
    assertThat(sizeOf(read(temporary.resolve("many")).records()))
        .isLessThan(sizeOf(read(temporary.resolve("few")).records()) + 1000);
  }

  /** What Spark sends to every task; its part of the data comes on top. */
  private static int sizeOf(JavaRDD<ReadRecord> records) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(records.rdd());
    }
    return bytes.size();
  }

  @Test
  void damagedParquetFilesCostOnlyThemselves() throws IOException {
    spark
        .sql("SELECT 'good' AS text")
        .coalesce(1)
        .write()
        .parquet(temporary.resolve("in/good").toString());
    spark
        .sql("SELECT 'good' AS other")
        .coalesce(1)
        .write()
        .parquet(temporary.resolve("in/textless").toString());
    write("in/no.parquet", "this is no Parquet file, but long enough to be one");
    write("in/empty.parquet", "");

    Corpus corpus = read(temporary.resolve("in"));

    assertThat(ids(corpus)).singleElement().asString().endsWith("=good");
    assertThat(reasons(corpus))
        .extracting(reason -> reason.substring(reason.lastIndexOf(' ') + 1))
        .containsExactly("broken-parquet", "broken-parquet", "missing-text");
  }

  @Test
  void theOutputOfCleaningStandsForItsDocuments() throws IOException {
    Path output = temporary.resolve("clean");
    CleanOutput.write(spark, output, List.of("one", "two"), 1);
    write("clean/rejected/a.txt", "rejected\n");

    assertThat(ids(read(output))).containsExactlyInAnyOrder("doc-0=one", "doc-1=two");
  }

  @Test
  void resultsOfOtherKindsAreRefused() throws IOException {
    write("tokens/a.txt", "x");
    org.apache.hadoop.fs.Path path = CleanOutput.hadoopPath(temporary.resolve("tokens"));
    Configuration hadoop = new Configuration();
    Manifest.describe(hadoop, path, "tokens", "f", Manifest.newDetails()).commit(hadoop, path);

    assertThatThrownBy(() -> read(temporary.resolve("tokens")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is of kind 'tokens'");
  }

  @Test
  void aClaimThatARunLeftAfterItsCommitHidesNothing() throws IOException {
    CleanOutput.write(spark, temporary.resolve("clean"), List.of("one"), 1);
    write("clean/_writing-documents", "");

    assertThat(ids(read(temporary.resolve("clean")))).containsExactly("doc-0=one");
  }

  @Test
  void aTornManifestBesideAClaimIsUnfinished() throws IOException {
    write("clean/_writing-documents", "");
    write("clean/manifest.json", "{\"schemaVersion\": 1, \"ki");

    assertThatThrownBy(() -> read(temporary.resolve("clean")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("unfinished output");
  }

  @Test
  void unfinishedResultsAreRefused() throws IOException {
    write("clean/_writing-documents", "");
    write("clean/a.txt", "x");
    assertThatThrownBy(() -> read(temporary.resolve("clean")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("unfinished output");
  }

  @Test
  void aDamagedManifestIsRefused() throws IOException {
    write("clean/manifest.json", "{\"schemaVersion\": 1, \"ki");
    write("clean/a.txt", "x");
    assertThatThrownBy(() -> read(temporary.resolve("clean")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("damaged or not of Kindling");
  }

  @Test
  void whatCannotBeReadIsSaidAtOnce() throws IOException {
    assertThatThrownBy(() -> read(temporary.resolve("nowhere")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("nowhere does not exist");
    Files.createDirectories(temporary.resolve("empty"));
    assertThatThrownBy(() -> read(temporary.resolve("empty")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("empty has no files");
    Path pdf = write("papers/a.pdf", "x");
    assertThatThrownBy(() -> read(pdf))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("only files that cannot be read, such as a.pdf");
    assertThatThrownBy(() -> read())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there is no input");
  }

  @Test
  void filesOfTheSameNameKeepDifferentIds() throws IOException {
    Path one = write("x/a.txt", "one\n");
    Path two = write("y/a.txt", "two\n");
    assertThat(ids(read(one, two))).containsExactly(one + "#0=one", two + "#0=two");
    assertThat(ids(read(one, one))).containsExactly("a.txt#0=one");
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new ReadConfig("words", 1, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("chunk, line or file");
    assertThatThrownBy(() -> new ReadConfig("line", 0, 1))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> new ReadConfig("line", 1, 0))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> new ReadConfig("line", 1, 1, 1001, 1, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("read.maxNestingDepth is 1001");
    assertThatThrownBy(() -> new ReadConfig("line", 1, 1, 1, 0, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("read.maxDecompressionRatio is 0");
    assertThatThrownBy(() -> new ReadConfig("line", 1, 1, 1, 1, 1.1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("read.maxQuarantinedFraction is 1.1");
  }
}
