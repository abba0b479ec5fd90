package dev.kindling.spark.wordvectors;

import static dev.kindling.spark.cli.CommandLineRun.kindling;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.clean.CleanJob;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.shard.TokenizeJob;
import dev.kindling.data.tokenizer.TokenizerJob;
import dev.kindling.spark.cli.CommandLineRun;
import dev.kindling.spark.cli.SparkSessions;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.config.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WordVectorsJobTest {
  private static final List<String> ANIMALS = List.of("cat", "dog", "horse", "cow", "goat");
  private static final List<String> FOODS = List.of("bread", "cheese", "soup", "rice", "cake");
  private static final List<String> ANIMAL_VERBS = List.of("runs", "sleeps", "jumps", "hides");
  private static final List<String> FOOD_VERBS = List.of("cooks", "burns", "smells", "melts");
  private static final int NUM_SENTENCES = 3000;

  private static final Configuration HADOOP = new Configuration();

  @TempDir static Path home;
  private static SparkSession spark;
  private static Path tokens;
  private static Path vectors;
  private static Manifest manifest;

  @BeforeAll
  static void learnFromAMadeUpCorpus() throws IOException {
    spark = SparkSessions.open("test", Optional.of("local[2]"));
    tokens = tokens("tokens");
    vectors = home.resolve("vectors");
    manifest = learn(tokens, vectors);
  }

  @AfterAll
  static void closeSpark() {
    spark.stop();
  }

  private static RunConfig config(String... more) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "read.text=line",
                "clean.minCharacters=1",
                "clean.deduplicate=false",
                "clean.rejectGibberish=false",
                "tokenizer.vocabSize=320",
                "word2vec.vectorSize=16",
                "word2vec.window=3",
                "word2vec.subsample=0",
                "word2vec.iterations=10",
                "word2vec.partitions=2"));
    settings.addAll(List.of(more));
    return ConfigLoader.load(Optional.empty(), settings);
  }

  /**
   * Animals and foods stand among words of their own, and share "the", "near", "and" and "Here".
   */
  private static String sentence(Random random) {
    boolean animals = random.nextBoolean();
    List<String> nouns = animals ? ANIMALS : FOODS;
    List<String> verbs = animals ? ANIMAL_VERBS : FOOD_VERBS;
    return "Here the %s %s near the %s, and the %s %s."
        .formatted(
            one(random, nouns),
            one(random, verbs),
            animals ? "barn" : "oven",
            one(random, nouns),
            one(random, verbs));
  }

  private static String one(Random random, List<String> words) {
    return words.get(random.nextInt(words.size()));
  }

  private static Path tokens(String name, String... settings) throws IOException {
    Random random = new Random(1);
    Path text = home.resolve(name + ".txt");
    Files.write(text, Stream.generate(() -> sentence(random)).limit(NUM_SENTENCES).toList());
    RunConfig config = config(settings);
    org.apache.hadoop.fs.Path documents = path(home.resolve(name + "-documents"));
    org.apache.hadoop.fs.Path tokenizer = path(home.resolve(name + "-tokenizer"));
    Path output = home.resolve(name);
    CleanJob.run(
        spark,
        config.read(),
        config.extract(),
        config.clean(),
        List.of(text.toString()),
        documents);
    TokenizerJob.run(spark, config.tokenizer(), documents, tokenizer);
    TokenizeJob.run(spark, config.tokenize(), documents, tokenizer, path(output));
    return output;
  }

  private static org.apache.hadoop.fs.Path path(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }

  private static Manifest learn(Path tokens, Path output, String... settings) {
    return WordVectorsJob.run(spark, config(settings).word2vec(), path(tokens), path(output));
  }

  @Test
  void wordsOfOneClassAreNearerToEachOtherThanToOthers() {
    WordVectors learned = WordVectorsDirectory.read(HADOOP, path(vectors));

    for (List<String> kind : List.of(ANIMALS, FOODS)) {
      for (String word : kind) {
        assertThat(learned.neighbours(word, kind.size() - 1))
            .as(word)
            .extracting(neighbour -> neighbour.word().word())
            .isSubsetOf(Stream.concat(kind.stream(), companions(kind)).toList());
      }
    }
  }

  /** Words that stand beside one class only. */
  private static Stream<String> companions(List<String> kind) {
    boolean animals = kind.equals(ANIMALS);
    return Stream.concat(
        (animals ? ANIMAL_VERBS : FOOD_VERBS).stream(), Stream.of(animals ? "barn" : "oven"));
  }

  @Test
  void everyWordIsCountedInLowerCaseAndTheMostFrequentComesFirst() {
    WordVectors learned = WordVectorsDirectory.read(HADOOP, path(vectors));

    assertThat(learned.words()).hasSize(ANIMALS.size() + FOODS.size() + 8 + 2 + 4);
    WordCount the = learned.words().get(0);
    WordCount here = learned.words().get(learned.require("here"));
    assertThat(the.word()).isEqualTo("the");
    assertThat(the.count()).isEqualTo(3 * here.count());
    // Some sentences are held out for validation.
    assertThat(here.count()).isBetween(NUM_SENTENCES * 9L / 10, NUM_SENTENCES - 1L);
    assertThat(manifest.details().path("corpusWords").asLong()).isEqualTo(11 * here.count());
  }

  @Test
  void theTextFileHasTheSameNumbers() {
    WordVectors learned = WordVectorsDirectory.read(HADOOP, path(vectors));

    WordVectors text =
        WordVectorsDirectory.read(HADOOP, path(vectors.resolve(WordVectorsDirectory.TEXT)));

    assertThat(text.words()).hasSameSizeAs(learned.words());
    for (int row = 0; row < learned.words().size(); row++) {
      assertThat(text.words().get(row).word()).isEqualTo(learned.words().get(row).word());
      assertThat(text.vector(row)).isEqualTo(learned.vector(row));
    }
  }

  @Test
  void runningItTwiceDoesTheWorkOnceAndOtherSettingsAreRefused() throws IOException {
    Path file = vectors.resolve(WordVectorsDirectory.VECTORS);
    Object before = Files.getLastModifiedTime(file);

    assertThat(learn(tokens, vectors)).isEqualTo(manifest);
    assertThatThrownBy(() -> learn(tokens, vectors, "word2vec.window=4"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("other inputs or settings");

    assertThat(Files.getLastModifiedTime(file)).isEqualTo(before);
  }

  @Test
  void withOnePartitionTheSameSeedGivesTheSameVectors() throws IOException {
    String[] settings = {
      "word2vec.partitions=1", "word2vec.iterations=1", "word2vec.subsample=0.02"
    };

    learn(tokens, home.resolve("once"), settings);
    learn(tokens, home.resolve("again"), settings);

    assertThat(Files.readAllBytes(home.resolve("again").resolve(WordVectorsDirectory.VECTORS)))
        .isEqualTo(Files.readAllBytes(home.resolve("once").resolve(WordVectorsDirectory.VECTORS)));
  }

  @Test
  void documentsThatArePackedIntoSequencesHaveTheSameWords() throws IOException {
    Path packed = tokens("packed", "tokenize.packedLength=65", "tokenize.validation.fraction=0.05");

    Manifest learned = learn(packed, home.resolve("packed-vectors"), "word2vec.iterations=1");

    assertThat(learned.details().path("words")).isEqualTo(manifest.details().path("words"));
    assertThat(learned.details().path("corpusWords"))
        .isEqualTo(manifest.details().path("corpusWords"));
  }

  @Test
  void damagedFilesAreRefused() throws IOException {
    Path copy = home.resolve("damaged");
    Files.createDirectories(copy);
    for (String name :
        List.of("manifest.json", WordVectorsDirectory.WORDS, WordVectorsDirectory.VECTORS)) {
      Files.copy(vectors.resolve(name), copy.resolve(name));
    }
    Random random = new Random(2);
    for (String name : List.of(WordVectorsDirectory.WORDS, WordVectorsDirectory.VECTORS)) {
      Path file = copy.resolve(name);
      byte[] sound = Files.readAllBytes(file);
      for (int i = 0; i < 50; i++) {
        byte[] changed = sound.clone();
        changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        requireRefused(copy, file, changed);
        requireRefused(copy, file, Arrays.copyOf(sound, random.nextInt(sound.length)));
      }
      Files.write(file, sound);
    }
    assertThat(WordVectorsDirectory.read(HADOOP, path(copy)).words()).isNotEmpty();
  }

  private static void requireRefused(Path directory, Path file, byte[] content) throws IOException {
    Files.write(file, content);
    assertThatThrownBy(() -> WordVectorsDirectory.read(HADOOP, path(directory)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(file.getFileName().toString());
  }

  @Test
  void textWithoutFrequentWordsAndVectorsWithoutRoomAreRefused() {
    assertThatThrownBy(() -> learn(tokens, home.resolve("rare"), "word2vec.minCount=1000000"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("occurs 1000000 times");
    assertThatThrownBy(() -> learn(tokens, home.resolve("wide"), "word2vec.vectorSize=100000000"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("24 words with vectors of 100000000")
        .hasMessageContaining("--driver-memory");
    assertThat(home.resolve("rare")).doesNotExist();
    assertThat(home.resolve("wide")).doesNotExist();
  }

  /** The direction from man to king is that from woman to queen, and a castle is like a king. */
  @Test
  void theCommandLineShowsNeighboursAndAnswersQuestions() throws IOException {
    Path planted = home.resolve("planted.txt");
    Files.writeString(
        planted,
        """
        5 3
        man 1 0 0
        woman 0 1 0
        king 1 0 1
        queen 0 1 1
        castle 3 0 4
        """);
    CommandLineRun near =
        kindling("neighbours", "--vectors", planted, "--word", "King", "--count", 2);
    assertThat(near.err()).isEmpty();
    List<String> lines = near.out().lines().toList();
    assertThat(lines).hasSize(4).first().isEqualTo("King");
    assertThat(lines.get(1)).contains("word", "cosine");
    assertThat(lines.get(2)).contains("castle", "0.99");
    assertThat(lines.get(3)).contains("man", "0.707");

    Path questions = home.resolve("questions.txt");
    Files.writeString(
        questions,
        ": crowns\nMAN king woman queen\nman king woman castle\nman king unicorn horn\n");
    CommandLineRun answered = kindling("analogies", "--vectors", planted, "--questions", questions);
    assertThat(answered.err()).isEmpty();
    assertThat(answered.out().lines().skip(1))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).containsPattern("(crowns|all) +50\\.0 % +1 +2 +1"));

    CommandLineRun asked =
        kindling("analogies", "--vectors", planted, "--ask", "man king woman", "--count", 1);
    assertThat(asked.out()).contains("man is to king as woman is to", "cosine", "queen");
    assertThat(asked.out()).doesNotContain("castle");

    CommandLineRun unknown = kindling("neighbours", "--vectors", vectors, "--word", "hrse");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err()).contains("'hrse' has no vector").contains("did you mean horse?");
  }

  @Test
  void inspectExplainsTheDirectory() {
    CommandLineRun run = kindling("inspect", vectors, "--verify");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("of kind 'word-vectors'")
        .contains("24 words with 16 numbers each")
        .contains("the most frequent: the")
        .contains("kindling neighbours --vectors");
  }
}
