package dev.kindling.spark.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.model.io.WeightsFormatException;
import dev.kindling.model.ngram.Discounts;
import dev.kindling.model.ngram.NgramModel;
import dev.kindling.model.ngram.NgramPart;
import dev.kindling.model.ngram.NgramPartReader;
import dev.kindling.model.ngram.NgramPartWriter;
import dev.kindling.model.ngram.NgramShape;
import dev.kindling.spark.config.NgramConfig;
import dev.kindling.spark.train.TestSpark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NgramDirectoryTest {
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
  void aFileThatWasChangedIsNotRead() throws IOException {
    ngrams.train(Corpus.random(9, true, 100), new NgramConfig(2, List.of()));
    for (Manifest.Entry file : ngrams.manifest().files()) {
      Path path = directory.resolve("model").resolve(file.path());
      Files.deleteIfExists(path.resolveSibling("." + path.getFileName() + ".crc"));
      byte[] bytes = Files.readAllBytes(path);
      byte[] changed = bytes.clone();
      changed[changed.length - 3] ^= 1;
      Files.write(path, changed);

      assertThatThrownBy(() -> NgramDirectory.open(HADOOP, ngrams.output()).load())
          .as(file.path())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(file.path());

      Files.write(path, bytes);
    }
    assertThat(NgramDirectory.open(HADOOP, ngrams.output()).load().order()).isEqualTo(2);
  }

  /** Reads the file as the format says, and looks up as SRILM and KenLM do. */
  @Test
  void theArpaFileSaysTheSameProbabilities() throws IOException {
    Corpus corpus = Corpus.random(7, true, 400);
    NgramModel model = ngrams.train(corpus, new NgramConfig(3, List.of(0, 0, 1)));
    Path file = directory.resolve("model.arpa");
    NgramDirectory.open(HADOOP, ngrams.output()).exportArpa(ngrams.path("model.arpa"));

    ArpaFile arpa = ArpaFile.read(file);

    for (List<Integer> context : corpus.contexts(2)) {
      if (context.lastIndexOf(0) > 0) {
        continue; // nothing comes behind the end of a document but the beginning of another
      }
      int[] given = context.stream().mapToInt(Integer::intValue).toArray();
      for (int token = 0; token < 7; token++) {
        assertThat(arpa.log10Probability(context, token))
            .as("p(%d | %s)", token, context)
            .isEqualTo(Math.log10(TrainedNgrams.p(model, token, given)), within(1e-5));
      }
    }
    assertThatThrownBy(
            () ->
                NgramDirectory.open(HADOOP, ngrams.output()).exportArpa(ngrams.path("model.arpa")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("exists already");
  }

  @Test
  void anExportThatFailsLeavesNothingBehind() throws IOException {
    ngrams.train(Corpus.random(7, true, 400), new NgramConfig(2, List.of()));
    NgramDirectory model = NgramDirectory.open(HADOOP, ngrams.output());
    Path bigrams = directory.resolve("model").resolve(NgramPart.name(2, 0));
    Files.delete(bigrams.resolveSibling("." + bigrams.getFileName() + ".crc"));
    byte[] bytes = Files.readAllBytes(bigrams);
    Files.write(bigrams, Arrays.copyOf(bytes, bytes.length - 1));
    Path arpa = Files.createDirectory(directory.resolve("arpa"));

    assertThatThrownBy(() -> model.exportArpa(ngrams.path("arpa/model.arpa")))
        .isInstanceOf(WeightsFormatException.class);
    assertThat(arpa).isEmptyDirectory();

    Files.write(bigrams, bytes);
    model.exportArpa(ngrams.path("arpa/model.arpa"));
    try (Stream<Path> written = Files.list(arpa)) {
      assertThat(written.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("model.arpa", ".model.arpa.crc");
    }
  }

  @Test
  void aPartIsOpenedWhenItsTurnComes() throws IOException {
    for (int part = 0; part < 2; part++) {
      NgramPartWriter writer = new NgramPartWriter(1, false);
      writer.add(new int[] {part}, 0.5f, 1);
      writer.writeTo(Files.newOutputStream(directory.resolve(NgramPart.name(1, part))));
    }
    NgramShape.Order unigrams = new NgramShape.Order(2, 2, 0, Discounts.FALLBACK);
    NgramShape shape = new NgramShape(2, OptionalInt.empty(), List.of(unigrams));
    NgramFiles files = new NgramFiles(ngrams.path("."), shape, List.of(2));

    files.read(
        HADOOP,
        (order, parts) -> {
          NgramPartReader first = parts.next();
          assertThat(first.next()).isTrue();
          Files.delete(directory.resolve(NgramPart.name(1, 1)));
          assertThatThrownBy(parts::next)
              .isInstanceOf(UncheckedIOException.class)
              .hasMessageContaining(NgramPart.name(1, 1));
        });
  }
}
