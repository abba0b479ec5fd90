package dev.kindling.spark.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.shard.MixJob;
import dev.kindling.data.shard.Mixture;
import dev.kindling.model.ngram.NgramModel;
import dev.kindling.model.ngram.NgramShape;
import dev.kindling.spark.config.NgramConfig;
import dev.kindling.spark.train.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NgramJobTest {
  private static final Configuration HADOOP = new Configuration();

  private static SparkSession spark;
  @TempDir Path directory;

  @BeforeAll
  static void openSpark() {
    spark = TestSpark.local(2);
    spark.conf().set("spark.sql.shuffle.partitions", 3);
  }

  @AfterAll
  static void closeSpark() {
    spark.stop();
  }

  /**
   * Documents 1 2 0 and 1 3 0, behind a 0 each. Of the bigrams (0, 1) was seen twice and the others
   * once, and none three times, so that discounts are 0.5, 1 and 1.5. Unigrams count what they were
   * seen behind: 1, 2 and 3 one token each, and 0 two.
   */
  @Test
  void theNumbersAreThoseThatOneWorksOutByHand() throws IOException {
    List<int[]> documents = List.of(new int[] {1, 2, 0}, new int[] {1, 3, 0});
    Corpus corpus = new Corpus(4, true, documents, documents);

    NgramModel model = train(corpus, new NgramConfig(2, List.of()));

    // (0.5 + 0.5 + 0.5 + 1) / 5 is free, and a quarter of it for each token.
    assertThat(p(model, 0)).isEqualTo((2 - 1) / 5.0 + 0.125, within(1e-6));
    assertThat(p(model, 1)).isEqualTo((1 - 0.5) / 5.0 + 0.125, within(1e-6));
    // Behind 1 were 2 and 3, once each: half of it is free.
    assertThat(p(model, 2, 1)).isEqualTo(0.25 + 0.5 * 0.225, within(1e-6));
    assertThat(p(model, 0, 1)).isEqualTo(0.5 * 0.325, within(1e-6));
    // Behind 0, the beginning of a document, was 1 alone, twice.
    assertThat(p(model, 1, 0)).isEqualTo(0.5 + 0.5 * 0.225, within(1e-6));
    double lossOfOne = -Math.log(0.6125) - Math.log(0.3625) - Math.log(0.5 + 0.5 * 0.325);
    assertThat(manifest().details().at("/validation/loss").asDouble())
        .isEqualTo(2 * lossOfOne / 6, within(1e-6));
    assertThat(manifest().details().at("/validation/bitsPerByte").asDouble())
        .isEqualTo(2 * lossOfOne / (12 * Math.log(2)), within(1e-6));
  }

  @Test
  void everyProbabilityIsThatOfThePlainFormulas() throws IOException {
    check(Corpus.random(7, true, 400), new NgramConfig(3, List.of()));
  }

  @Test
  void prunedNgramsLeaveTheirShareToShorterOnes() throws IOException {
    check(Corpus.random(7, true, 400), new NgramConfig(4, List.of(0, 1, 3)));
  }

  @Test
  void withoutAnEndOfTextTokenDocumentsBeginWithShorterNgrams() throws IOException {
    check(Corpus.random(6, false, 300), new NgramConfig(3, List.of(0, 0, 2)));
  }

  @Test
  void unigramsAloneAreAModel() throws IOException {
    check(Corpus.random(40, true, 200), new NgramConfig(1, List.of()));
  }

  /** Orders of which there is no n-gram at all. */
  @Test
  void anOrderThatIsLongerThanAllDocumentsChangesNothing() throws IOException {
    List<int[]> documents = List.of(new int[] {0, 1}, new int[] {1, 2, 3}, new int[] {2});
    check(new Corpus(5, false, documents, documents), new NgramConfig(5, List.of()));
  }

  /** In the model and in the plain formulas, behind every context; and they add up to 1. */
  private void check(Corpus corpus, NgramConfig config) throws IOException {
    NgramModel model = train(corpus, config);
    PlainKneserNey plain = new PlainKneserNey(corpus, config);
    NgramShape shape = NgramDirectory.open(HADOOP, output()).shape();
    for (int order = 1; order <= config.order(); order++) {
      NgramShape.Order facts = shape.orders().get(order - 1);
      assertThat(facts.counted()).isEqualTo(plain.numCounted(order));
      assertThat(facts.kept()).isEqualTo(order == 1 ? corpus.vocabSize() : plain.numKept(order));
      double[] discounts = plain.discounts(order);
      assertThat(facts.discounts().one()).isEqualTo(discounts[1], within(1e-12));
      assertThat(facts.discounts().two()).isEqualTo(discounts[2], within(1e-12));
      assertThat(facts.discounts().threeOrMore()).isEqualTo(discounts[3], within(1e-12));
    }
    for (List<Integer> context : contexts(corpus.vocabSize(), config.order() - 1)) {
      int[] given = context.stream().mapToInt(Integer::intValue).toArray();
      double sum = 0;
      for (int token = 0; token < corpus.vocabSize(); token++) {
        double probability = p(model, token, given);
        assertThat(probability)
            .as("p(%d | %s)", token, context)
            .isCloseTo(plain.probability(context, token), within(1e-6));
        sum += probability;
      }
      assertThat(sum).as("all behind %s", context).isEqualTo(1, within(1e-6));
    }
    assertThat(manifest().details().at("/validation/loss").asDouble())
        .isEqualTo(loss(corpus, plain, config.order()), within(1e-6));
  }

  private static double loss(Corpus corpus, PlainKneserNey plain, int order) {
    double sum = 0;
    int numTokens = 0;
    for (int[] document : corpus.validation()) {
      List<Integer> text = new ArrayList<>();
      corpus.endOfTextId().ifPresent(text::add);
      for (int token : document) {
        int first = Math.max(0, text.size() - (order - 1));
        sum -= Math.log(plain.probability(text.subList(first, text.size()), token));
        numTokens++;
        text.add(token);
      }
    }
    return sum / numTokens;
  }

  /** All of up to so many tokens. */
  private static List<List<Integer>> contexts(int vocabSize, int longest) {
    List<List<Integer>> all = new ArrayList<>(List.of(List.of()));
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).size() < longest) {
        for (int token = 0; token < vocabSize; token++) {
          List<Integer> longer = new ArrayList<>(all.get(i));
          longer.add(token);
          all.add(longer);
        }
      }
    }
    return all;
  }

  @Test
  void neitherPartitionsNorExecutorsChangeAByte() throws IOException {
    Corpus corpus = Corpus.random(30, true, 500);
    NgramConfig config = new NgramConfig(3, List.of(0, 0, 1));
    train(corpus, config);
    List<Manifest.Entry> files = manifest().files();

    try (SparkSession other = spark.newSession()) {
      other.conf().set("spark.sql.shuffle.partitions", 11);
      other.conf().set("spark.sql.adaptive.enabled", false);
      NgramJob.run(other, config, tokens(), path("other"), line -> {});
      assertThat(Manifest.require(HADOOP, path("other"), "ngram").files()).isEqualTo(files);
    }
    spark.stop();
    try (SparkSession cluster = TestSpark.cluster(2, Map.of("spark.sql.shuffle.partitions", "2"))) {
      NgramJob.run(cluster, config, tokens(), path("cluster"), line -> {});
      assertThat(Manifest.require(HADOOP, path("cluster"), "ngram").files()).isEqualTo(files);
    }
    openSpark();
  }

  @Test
  void theSameRunAgainDoesNothing() throws IOException {
    Corpus corpus = Corpus.random(9, true, 100);
    NgramConfig config = new NgramConfig(2, List.of());
    train(corpus, config);
    Manifest first = manifest();
    List<String> progress = new ArrayList<>();

    assertThat(NgramJob.run(spark, config, tokens(), output(), progress::add)).isEqualTo(first);

    assertThat(progress).isEmpty();
    assertThatThrownBy(
            () ->
                NgramJob.run(
                    spark, new NgramConfig(3, List.of()), tokens(), output(), progress::add))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("other inputs or settings");
    assertThat(manifest()).isEqualTo(first);
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
                    tokens(),
                    output(),
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
        tokens(),
        output(),
        line ->
            assertThat(counted)
                .satisfiesAnyOf(
                    file -> assertThat(lastModified(file)).isEqualTo(written),
                    file -> assertThat(file).doesNotExist()));

    assertThat(directory.resolve("model/_work")).doesNotExist();
    NgramJob.run(spark, config, tokens(), path("other"), line -> {});
    assertThat(Manifest.require(HADOOP, path("other"), "ngram").files())
        .isEqualTo(manifest().files());
  }

  private static FileTime lastModified(Path file) throws IOException {
    return Files.getLastModifiedTime(file);
  }

  @Test
  void packedDocumentsAndMixturesAreRefused() throws IOException {
    Corpus corpus = Corpus.random(9, true, 100);
    ObjectNode packed = Manifest.newDetails().put("packedLength", 16);
    corpus.write(directory.resolve("packed"), packed);
    org.apache.hadoop.fs.Path one = corpus.write(directory.resolve("one"));
    org.apache.hadoop.fs.Path two = corpus.write(directory.resolve("two"));
    MixJob.run(
        HADOOP,
        new Mixture(
            List.of(new Mixture.Part(one.toString(), 1), new Mixture.Part(two.toString(), 2))),
        path("mixture"));

    refuse("packed", "packed into sequences of 16 tokens");
    refuse("mixture", "is a mixture");
    refuse("nothing", "has no manifest.json");
    assertThat(directory.resolve("model")).doesNotExist();
  }

  private void refuse(String input, String reason) {
    assertThatThrownBy(
            () ->
                NgramJob.run(
                    spark, new NgramConfig(2, List.of()), path(input), output(), line -> {}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void aFileThatWasChangedIsNotRead() throws IOException {
    train(Corpus.random(9, true, 100), new NgramConfig(2, List.of()));
    for (Manifest.Entry file : manifest().files()) {
      Path path = directory.resolve("model").resolve(file.path());
      Files.deleteIfExists(path.resolveSibling("." + path.getFileName() + ".crc"));
      byte[] bytes = Files.readAllBytes(path);
      byte[] changed = bytes.clone();
      changed[changed.length - 3] ^= 1;
      Files.write(path, changed);

      assertThatThrownBy(() -> NgramDirectory.open(HADOOP, output()).load())
          .as(file.path())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(file.path());

      Files.write(path, bytes);
    }
    assertThat(NgramDirectory.open(HADOOP, output()).load().order()).isEqualTo(2);
  }

  /** Reads the file as the format says, and looks up as SRILM and KenLM do. */
  @Test
  void theArpaFileSaysTheSameProbabilities() throws IOException {
    Corpus corpus = Corpus.random(7, true, 400);
    NgramModel model = train(corpus, new NgramConfig(3, List.of(0, 0, 1)));
    Path file = directory.resolve("model.arpa");
    NgramDirectory.open(HADOOP, output()).exportArpa(path("model.arpa"));

    ArpaFile arpa = ArpaFile.read(file);

    for (List<Integer> context : contexts(7, 2)) {
      if (context.lastIndexOf(0) > 0) {
        continue; // nothing comes behind the end of a document but the beginning of another
      }
      int[] given = context.stream().mapToInt(Integer::intValue).toArray();
      for (int token = 0; token < 7; token++) {
        assertThat(arpa.log10Probability(context, token))
            .as("p(%d | %s)", token, context)
            .isEqualTo(Math.log10(p(model, token, given)), within(1e-5));
      }
    }
    assertThatThrownBy(() -> NgramDirectory.open(HADOOP, output()).exportArpa(path("model.arpa")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("exists already");
  }

  private NgramModel train(Corpus corpus, NgramConfig config) throws IOException {
    corpus.write(directory.resolve("tokens"));
    NgramJob.run(spark, config, tokens(), output(), line -> {});
    return NgramDirectory.open(HADOOP, output()).load();
  }

  private Manifest manifest() {
    return Manifest.require(HADOOP, output(), NgramDirectory.KIND);
  }

  private org.apache.hadoop.fs.Path tokens() {
    return path("tokens");
  }

  private org.apache.hadoop.fs.Path output() {
    return path("model");
  }

  private org.apache.hadoop.fs.Path path(String name) {
    return new org.apache.hadoop.fs.Path(directory.resolve(name).toUri());
  }

  private static double p(NgramModel model, int token, int... given) {
    return Math.exp(model.logProbabilities(given, new int[] {token})[0]);
  }
}
