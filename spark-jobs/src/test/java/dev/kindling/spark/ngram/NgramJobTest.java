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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NgramJobTest {
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

  /**
   * Documents 1 2 0 and 1 3 0, behind a 0 each. Of the bigrams (0, 1) was seen twice and the others
   * once, and none three times, so that discounts are 0.5, 1 and 1.5. Unigrams count what they were
   * seen behind: 1, 2 and 3 one token each, and 0 two.
   */
  @Test
  void theNumbersAreThoseThatOneWorksOutByHand() throws IOException {
    List<int[]> documents = List.of(new int[] {1, 2, 0}, new int[] {1, 3, 0});
    Corpus corpus = new Corpus(4, true, documents, documents);

    NgramModel model = ngrams.train(corpus, new NgramConfig(2, List.of()));

    // (0.5 + 0.5 + 0.5 + 1) / 5 is free, and a quarter of it for each token.
    assertThat(TrainedNgrams.p(model, 0)).isEqualTo((2 - 1) / 5.0 + 0.125, within(1e-6));
    assertThat(TrainedNgrams.p(model, 1)).isEqualTo((1 - 0.5) / 5.0 + 0.125, within(1e-6));
    // Behind 1 were 2 and 3, once each: half of it is free.
    assertThat(TrainedNgrams.p(model, 2, 1)).isEqualTo(0.25 + 0.5 * 0.225, within(1e-6));
    assertThat(TrainedNgrams.p(model, 0, 1)).isEqualTo(0.5 * 0.325, within(1e-6));
    // Behind 0, the beginning of a document, was 1 alone, twice.
    assertThat(TrainedNgrams.p(model, 1, 0)).isEqualTo(0.5 + 0.5 * 0.225, within(1e-6));
    double lossOfOne = -Math.log(0.6125) - Math.log(0.3625) - Math.log(0.5 + 0.5 * 0.325);
    assertThat(ngrams.manifest().details().at("/validation/loss").asDouble())
        .isEqualTo(2 * lossOfOne / 6, within(1e-6));
    assertThat(ngrams.manifest().details().at("/validation/bitsPerByte").asDouble())
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
    NgramModel model = ngrams.train(corpus, config);
    PlainKneserNey plain = new PlainKneserNey(corpus, config);
    NgramShape shape = NgramDirectory.open(HADOOP, ngrams.output()).shape();
    for (int order = 1; order <= config.order(); order++) {
      NgramShape.Order facts = shape.orders().get(order - 1);
      assertThat(facts.counted()).isEqualTo(plain.numCounted(order));
      assertThat(facts.kept()).isEqualTo(order == 1 ? corpus.vocabSize() : plain.numKept(order));
      double[] discounts = plain.discounts(order);
      assertThat(facts.discounts().one()).isEqualTo(discounts[1], within(1e-12));
      assertThat(facts.discounts().two()).isEqualTo(discounts[2], within(1e-12));
      assertThat(facts.discounts().threeOrMore()).isEqualTo(discounts[3], within(1e-12));
    }
    for (List<Integer> context : corpus.contexts(config.order() - 1)) {
      int[] given = context.stream().mapToInt(Integer::intValue).toArray();
      double sum = 0;
      for (int token = 0; token < corpus.vocabSize(); token++) {
        double probability = TrainedNgrams.p(model, token, given);
        assertThat(probability)
            .as("p(%d | %s)", token, context)
            .isCloseTo(plain.probability(context, token), within(1e-6));
        sum += probability;
      }
      assertThat(sum).as("all behind %s", context).isEqualTo(1, within(1e-6));
    }
    assertThat(ngrams.manifest().details().at("/validation/loss").asDouble())
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

  @Test
  void neitherPartitionsNorExecutorsChangeAByte() throws IOException {
    Corpus corpus = Corpus.random(30, true, 500);
    NgramConfig config = new NgramConfig(3, List.of(0, 0, 1));
    ngrams.train(corpus, config);
    List<Manifest.Entry> files = ngrams.manifest().files();

    try (SparkSession other = spark.newSession()) {
      other.conf().set("spark.sql.shuffle.partitions", 11);
      other.conf().set("spark.sql.adaptive.enabled", false);
      NgramJob.run(other, config, ngrams.tokens(), ngrams.path("other"), line -> {});
      assertThat(Manifest.require(HADOOP, ngrams.path("other"), "ngram").files()).isEqualTo(files);
    }
    spark.stop();
    try (SparkSession cluster = TestSpark.cluster(2, Map.of("spark.sql.shuffle.partitions", "2"))) {
      NgramJob.run(cluster, config, ngrams.tokens(), ngrams.path("cluster"), line -> {});
      assertThat(Manifest.require(HADOOP, ngrams.path("cluster"), "ngram").files())
          .isEqualTo(files);
    }
    openSpark();
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
        ngrams.path("mixture"));

    refuse("packed", "packed into sequences of 16 tokens");
    refuse("mixture", "is a mixture");
    refuse("nothing", "has no manifest.json");
    assertThat(directory.resolve("model")).doesNotExist();
  }

  private void refuse(String input, String reason) {
    assertThatThrownBy(
            () ->
                NgramJob.run(
                    spark,
                    new NgramConfig(2, List.of()),
                    ngrams.path(input),
                    ngrams.output(),
                    line -> {}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(reason);
  }
}
