package dev.kindling.spark.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.config.NgramConfig;
import dev.kindling.spark.train.TestSpark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NgramResumeTest {
  private static final Configuration HADOOP = new Configuration();

  private static SparkSession spark;
  @TempDir Path directory;
  private TrainedNgrams ngrams;

  @BeforeAll
  static void openSpark() {
    spark = TestSpark.local(2);
    spark.conf().set("spark.sql.shuffle.partitions", 3);
  }

  @AfterAll
  static void closeSpark() {
    spark.stop();
  }

  @BeforeEach
  void openDirectory() {
    ngrams = new TrainedNgrams(spark, directory);
  }

  @Test
  void theSameRunAgainDoesNothing() throws IOException {
    Corpus corpus = Corpus.random(9, true, 100);
    NgramConfig config = new NgramConfig(2, List.of());
    ngrams.train(corpus, config);
    Manifest first = ngrams.manifest();
    List<String> progress = new ArrayList<>();

    assertThat(NgramJob.run(spark, config, ngrams.tokens(), ngrams.output(), progress::add))
        .isEqualTo(first);

    assertThat(progress).isEmpty();
    assertThatThrownBy(
            () ->
                NgramJob.run(
                    spark,
                    new NgramConfig(3, List.of()),
                    ngrams.tokens(),
                    ngrams.output(),
                    progress::add))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("other inputs or settings");
    assertThat(ngrams.manifest()).isEqualTo(first);
  }

  @Test
  void aRunThatWasInterruptedGoesOnBehindWhatItHasCounted() throws IOException {
    Corpus corpus = Corpus.random(9, true, 100);
    NgramConfig config = new NgramConfig(3, List.of());
    corpus.write(directory.resolve("tokens"));
    assertThatThrownBy(
            () ->
                NgramJob.run(
                    spark,
                    config,
                    ngrams.tokens(),
                    ngrams.output(),
                    line -> {
                      if (line.startsWith("estimating")) {
                        throw new IllegalStateException("stopped here");
                      }
                    }))
        .hasMessage("stopped here");
    Path counted = directory.resolve("model/_work/counts-1/_SUCCESS");
    FileTime written = Files.getLastModifiedTime(counted);

    NgramJob.run(
        spark,
        config,
        ngrams.tokens(),
        ngrams.output(),
        line ->
            assertThat(counted)
                .satisfiesAnyOf(
                    file -> assertThat(lastModified(file)).isEqualTo(written),
                    file -> assertThat(file).doesNotExist()));

    assertThat(directory.resolve("model/_work")).doesNotExist();
    NgramJob.run(spark, config, ngrams.tokens(), ngrams.path("other"), line -> {});
    assertThat(Manifest.require(HADOOP, ngrams.path("other"), "ngram").files())
        .isEqualTo(ngrams.manifest().files());
  }

  private static FileTime lastModified(Path file) throws IOException {
    return Files.getLastModifiedTime(file);
  }

  /** As if another run had taken over: what was counted is there for whoever goes on. */
  @Test
  void whatWasCountedStaysUntilTheModelIsCommitted() throws IOException {
    NgramConfig config = new NgramConfig(2, List.of());
    Corpus.random(9, true, 100).write(directory.resolve("tokens"));
    Path claim = directory.resolve("model/_writing-ngram");
    assertThatThrownBy(
            () ->
                NgramJob.run(
                    spark,
                    config,
                    ngrams.tokens(),
                    ngrams.output(),
                    line -> {
                      if (line.startsWith("measuring")) {
                        deleteWithChecksum(claim);
                      }
                    }))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("another run has taken over");

    assertThat(directory.resolve("model/_work/probabilities-2/_SUCCESS")).exists();
  }

  @Test
  void whatARunThatWasKilledBehindItsCommitHasLeftIsDeleted() throws IOException {
    NgramConfig config = new NgramConfig(2, List.of());
    ngrams.train(Corpus.random(9, true, 100), config);
    Manifest manifest = ngrams.manifest();
    Path work = directory.resolve("model/_work");
    Files.createDirectories(work.resolve("counts-1"));

    assertThat(NgramJob.run(spark, config, ngrams.tokens(), ngrams.output(), line -> {}))
        .isEqualTo(manifest);

    assertThat(work).doesNotExist();
  }

  private static void deleteWithChecksum(Path file) {
    try {
      Files.delete(file);
      Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
