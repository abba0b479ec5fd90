package dev.kindling.data.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.CleanOutput;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.extract.ExtractConfig;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.read.ReadConfig;
import dev.kindling.data.sample.SampleCorpus;
import dev.kindling.data.sample.SampleCorpusConfig;
import dev.kindling.data.signal.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignalsJobTest {
  private static final ReadConfig READ = new ReadConfig("chunk", 4000, 1 << 20);
  private static final ExtractConfig EXTRACT = new ExtractConfig(false, "script", "all", true);
  private static final List<String> FILTERS =
      List.of("gopher-repetition", "gopher-quality@en", "chinese@zh");
  private static final CleanConfig PLAN = plan(FILTERS, List.of("gopher_short_doc=200"));

  @TempDir private static java.nio.file.Path shared;
  @TempDir private java.nio.file.Path temporary;

  private static SparkSession spark;
  private static String corpus;
  private static Path signals;
  private static Manifest manifest;

  @BeforeAll
  static void measure() {
    spark = CleanOutput.localSpark();
    corpus = shared.resolve("corpus").toString();
    SampleCorpus.write(new Configuration(), new SampleCorpusConfig(1, 200), new Path(corpus));
    signals = new Path(shared.resolve("signals").toUri());
    manifest = SignalsJob.run(spark, READ, EXTRACT, List.of(corpus), signals);
  }

  private static CleanConfig plan(List<String> filters, List<String> thresholds) {
    return new CleanConfig(
        50,
        100_000,
        List.of("en", "zh"),
        0,
        List.of(),
        true,
        filters,
        thresholds,
        List.of(),
        false,
        true);
  }

  private Path output(String name) {
    return new Path(temporary.resolve(name).toUri());
  }

  private JsonNode clean(CleanConfig plan, String input, String name) {
    return CleanJob.run(spark, READ, EXTRACT, plan, List.of(input), output(name)).details();
  }

  private Map<String, Row> rows(String name, String part) {
    Map<String, Row> rows = new TreeMap<>();
    for (Row row : spark.read().parquet(output(name) + "/" + part).collectAsList()) {
      rows.put(row.getAs("id"), row);
    }
    return rows;
  }

  @Test
  void everySignalIsATypedColumnBesideTheText() {
    StructType schema = spark.read().parquet(signals + "/records").schema();
    for (Signal signal : Signal.values()) {
      assertThat(schema.apply(signal.signalName()).dataType())
          .as(signal.signalName())
          .isEqualTo(
              signal.type() == Signal.Type.INTEGER ? DataTypes.IntegerType : DataTypes.DoubleType);
    }
    assertThat(schema.fieldNames()).contains("text", "language", "language_score", "url", "date");
    assertThat(spark.read().parquet(signals + "/records").count())
        .isEqualTo(manifest.details().path("read").asLong());
  }

  @Test
  void cleaningStoredSignalsKeepsWhatCleaningRawTextKeeps() {
    JsonNode raw = clean(PLAN, corpus, "raw");
    JsonNode stored = clean(PLAN, signals.toString(), "stored");

    assertThat(stored).isEqualTo(raw);
    assertThat(stored.at("/rejected/gopher_short_doc").asLong()).isPositive();
    assertThat(stored.at("/rejected/exact-duplicate").asLong()).isPositive();
    for (String part : List.of("documents", "rejected", "quarantined")) {
      assertThat(rows("stored", part)).as(part).isEqualTo(rows("raw", part));
    }
  }

  @Test
  void chineseDocumentsAreJudgedByTheirOwnFilterAndSurvive() {
    JsonNode details = clean(PLAN, signals.toString(), "clean");
    JsonNode without = clean(plan(List.of(), List.of()), signals.toString(), "without");

    long chinese = details.at("/keptByLanguage/zh").asLong();
    assertThat(chinese).isGreaterThan(20);
    assertThat(chinese).isEqualTo(without.at("/keptByLanguage/zh").asLong());
  }

  @Test
  void anotherThresholdIsJudgedWithoutReadingTheText() {
    Dataset<Row> measures =
        ExplainJob.measures(
            spark.read().parquet(signals + "/records"),
            List.of(Signal.NON_SYMBOL_WORDS, Signal.STOP_WORDS));
    String plan = measures.queryExecution().executedPlan().toString();

    assertThat(plan)
        .containsPattern("FileScan parquet \\[[^]]*non_symbol_words#\\d+,stop_words#\\d+]");
    assertThat(plan).doesNotContain("text#").doesNotContain("mean_word_length#");
  }

  @Test
  void explainingCountsWhatCleaningRejects() {
    CleanConfig noDuplicates =
        new CleanConfig(
            50,
            100_000,
            List.of("en"),
            0,
            List.of(),
            true,
            FILTERS,
            List.of(),
            List.of(),
            false,
            false);
    JsonNode rejected = clean(noDuplicates, signals.toString(), "clean").path("rejected");
    RuleReport report = ExplainJob.run(spark, EXTRACT, noDuplicates, signals);

    Map<String, Long> first = new TreeMap<>();
    for (RuleReport.Rule rule : report.rules()) {
      if (rule.numFirst() > 0) {
        first.put(rule.name(), rule.numFirst());
      }
    }
    Map<String, Long> counted = new TreeMap<>();
    rejected
        .fields()
        .forEachRemaining(rule -> counted.put(rule.getKey(), rule.getValue().asLong()));
    assertThat(first).isEqualTo(counted).isNotEmpty();
    assertThat(report.numKept())
        .isEqualTo(spark.read().parquet(output("clean") + "/documents").count());
  }

  @Test
  void theCurveSaysWhatAnotherThresholdWouldKeep() {
    RuleReport report =
        ExplainJob.run(spark, EXTRACT, plan(List.of("gopher-quality"), List.of()), signals);
    RuleReport.Rule shortDocuments = rule(report, "gopher_short_doc");
    for (RuleReport.Point point : shortDocuments.curve()) {
      CleanConfig other =
          plan(List.of("gopher-quality"), List.of("gopher_short_doc=" + point.threshold()));
      RuleReport.Rule changed =
          rule(ExplainJob.run(spark, EXTRACT, other, signals), "gopher_short_doc");
      assertThat(point.numKept())
          .as("%s", point)
          .isEqualTo(report.numDocuments() - changed.numRejected());
    }
    assertThat(shortDocuments.curve()).filteredOn(RuleReport.Point::own).hasSize(1);
    assertThat(shortDocuments.curve().get(0).numKept())
        .isGreaterThan(shortDocuments.curve().get(9).numKept());
  }

  private static RuleReport.Rule rule(RuleReport report, String name) {
    return report.rules().stream()
        .filter(rule -> rule.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void measuringAgainDoesNothing() {
    assertThat(SignalsJob.run(spark, READ, EXTRACT, List.of(corpus), signals)).isEqualTo(manifest);
  }

  @Test
  void signalsOfOtherSettingsAreRefused() {
    ExtractConfig other = new ExtractConfig(false, "model", "all", true);
    assertThatThrownBy(
            () ->
                CleanJob.run(
                    spark, READ, other, PLAN, List.of(signals.toString()), output("clean")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("was measured with other settings")
        .hasMessageContaining("kindling signals");
    assertThat(temporary.resolve("clean")).doesNotExist();
  }

  @Test
  void signalsOfAnotherVersionAreRefused() throws IOException {
    java.nio.file.Path old = Files.createDirectory(temporary.resolve("old"));
    String text = Files.readString(java.nio.file.Path.of(signals.toUri()).resolve("manifest.json"));
    Files.writeString(
        old.resolve("manifest.json"), text.replaceFirst("\"version\" : \\d+", "\"version\" : 1"));
    assertThatThrownBy(
            () ->
                CleanJob.run(spark, READ, EXTRACT, PLAN, List.of(old.toString()), output("clean")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("holds signals of version 1");
  }

  @Test
  void signalsBesideRawTextAreRefused() {
    assertThatThrownBy(
            () ->
                CleanJob.run(
                    spark,
                    READ,
                    EXTRACT,
                    PLAN,
                    List.of(corpus, signals.toString()),
                    output("clean")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there are other inputs beside it");
  }

  @Test
  void rawTextCannotBeExplained() {
    assertThatThrownBy(() -> ExplainJob.run(spark, EXTRACT, PLAN, new Path(corpus)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("holds no stored signals")
        .hasMessageContaining("kindling signals --input");
  }

  @Test
  void tooManyUnreadableRecordsFailTheStepAndLeaveNothing() throws IOException {
    java.nio.file.Path input = temporary.resolve("a.jsonl");
    Files.writeString(input, "{\"text\": \"good enough\"}\n{\"text\n");
    assertThatThrownBy(
            () -> SignalsJob.run(spark, READ, EXTRACT, List.of(input.toString()), output("bad")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("1 of 2 records cannot be read (malformed-json: 1)")
        .hasMessageContaining("read.maxQuarantinedFraction");
    assertThat(temporary.resolve("bad")).doesNotExist();
  }

  @Test
  void blockedAndRepeatedAddressesAreRejected() throws IOException {
    java.nio.file.Path input = temporary.resolve("a.jsonl");
    Files.writeString(
        input,
        """
        {"id": "old", "url": "http://www.a.example/page#1", "date": "2024-01-01", "text": "A first page."}
        {"id": "new", "url": "https://a.example/page/", "date": "2025-01-01", "text": "A newer page."}
        {"id": "bad", "url": "http://b.example/", "text": "A blocked page."}
        {"id": "other", "url": "http://a.example/other", "text": "Another page."}
        {"id": "unknown", "text": "A page without an address."}
        {"id": "unknown too", "text": "Another one without an address."}
        """);
    java.nio.file.Path blocked = temporary.resolve("blocked.txt");
    Files.writeString(blocked, "b.example\n");
    CleanConfig config =
        new CleanConfig(
            1,
            1000,
            List.of(),
            0,
            List.of(blocked.toString()),
            true,
            List.of(),
            List.of(),
            List.of(),
            true,
            true);
    JsonNode details = clean(config, input.toString(), "clean");

    assertThat(rows("clean", "documents").keySet())
        .containsExactly("new", "other", "unknown", "unknown too");
    assertThat(details.path("rejected").toString())
        .isEqualTo("{\"blocked-url\":1,\"duplicate-url\":1}");
    Map<String, Row> rejected = rows("clean", "rejected");
    assertThat(rejected.get("old").<String>getAs("reason")).isEqualTo("new");
    assertThat(rejected.get("bad").<String>getAs("reason"))
        .isEqualTo("http://b.example/ is blocked by b.example");
  }
}
