package dev.kindling.data.tokenizer;

import static dev.kindling.data.CleanOutput.hadoopPath;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.CleanOutput;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Checksums;
import dev.kindling.data.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class TokenizerJobTest {
  static final List<String> KINDS = TokenizerLearner.KINDS;

  private static final TokenizerConfig BPE = new TokenizerConfig("byte-level-bpe", 500, 2, true);
  private static final TokenizerConfig CHARACTERS = new TokenizerConfig("character", 0, 1, false);

  private static final List<String> TEXTS =
      IntStream.range(0, 40).mapToObj(i -> TestTexts.story(i, 80)).toList();

  private static SparkSession spark;

  @TempDir Path directory;

  @BeforeAll
  static void startSpark() {
    spark = CleanOutput.localSpark();
  }

  @ParameterizedTest
  @FieldSource("KINDS")
  void thePartitioningDoesNotChangeWhatIsLearned(String kind) throws IOException {
    TokenizerConfig config = new TokenizerConfig(kind, 400, 2, true);
    byte[] expected = TokenizerFile.toJson(TokenizerLearner.learn(config, TEXTS));
    for (int numPartitions : new int[] {1, 3, 8}) {
      assertThat(learn(config, TEXTS, kind + numPartitions, numPartitions)).isEqualTo(expected);
    }
  }

  @Test
  void theManifestDescribesTheTokenizer() throws IOException {
    byte[] json = learn(BPE, TEXTS, "bpe", 2);
    Manifest manifest =
        Manifest.require(
            spark.sparkContext().hadoopConfiguration(), output("bpe"), TokenizerJob.KIND);
    assertThat(manifest.details().path("kind").asText()).isEqualTo("byte-level-bpe");
    assertThat(manifest.details().path("vocabSize").asInt()).isEqualTo(500);
    assertThat(manifest.details().path("endOfText").asInt()).isEqualTo(499);
    assertThat(manifest.details().path("documents").asInt()).isEqualTo(TEXTS.size());
    assertThat(manifest.details().path("sha256").asText()).isEqualTo(Checksums.sha256(json));
    assertThat(manifest.files()).hasSize(1);
  }

  @Test
  void aCharacterVocabularyHasExactlyTheCharactersOfTheCorpus() throws IOException {
    Tokenizer tokenizer = TokenizerFile.parse(learn(CHARACTERS, TEXTS, "characters", 2));
    int distinct = (int) String.join("", TEXTS).codePoints().distinct().count();
    assertThat(tokenizer.vocabSize()).isEqualTo(distinct);
    assertThat(tokenizer.decode(tokenizer.encode(TEXTS.get(0)))).isEqualTo(TEXTS.get(0));
  }

  @Test
  void aRareCharacterIsUnknownWhereAMinimumFrequencyIsAskedFor() throws IOException {
    TokenizerConfig config = new TokenizerConfig("character", 0, 2, true);
    Tokenizer tokenizer = TokenizerFile.parse(learn(config, List.of("aab", "bc"), "rare", 1));
    assertThat(tokenizer.vocabSize()).isEqualTo(4);
    assertThat(tokenizer.encode("abc")).containsExactly(0, 1, 2);
  }

  @Test
  void theSameRunAgainReturnsTheSameManifest() throws IOException {
    learn(BPE, TEXTS, "again", 2);
    Manifest first =
        Manifest.require(
            spark.sparkContext().hadoopConfiguration(), output("again"), TokenizerJob.KIND);
    assertThat(TokenizerJob.run(spark, BPE, documents("again"), output("again"))).isEqualTo(first);
  }

  @Test
  void otherSettingsOnTheSameOutputAreRefused() throws IOException {
    byte[] before = learn(BPE, TEXTS, "settings", 2);
    TokenizerConfig other = new TokenizerConfig("byte-level-bpe", 600, 2, true);
    assertThatThrownBy(
            () -> TokenizerJob.run(spark, other, documents("settings"), output("settings")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--output");
    assertThat(readJson("settings")).isEqualTo(before);
  }

  @Test
  void whatIsNoCleanOutputIsRefused() {
    assertThatThrownBy(() -> TokenizerJob.run(spark, BPE, hadoopPath(directory), output("refused")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("manifest.json");
    assertThat(directory.resolve("refused")).doesNotExist();
  }

  @Test
  void settingsThatCannotBeAreRefused() {
    for (TokenizerConfig config :
        List.of(
            new TokenizerConfig("sentencepiece", 500, 2, true),
            new TokenizerConfig("byte-level-bpe", 256, 2, true),
            new TokenizerConfig("wordpiece", 6, 2, true),
            new TokenizerConfig("wordpiece", 500, 2, false),
            new TokenizerConfig("character", 0, 0, true))) {
      assertThatThrownBy(
              () -> TokenizerJob.run(spark, config, hadoopPath(directory), output("refused")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("tokenizer.");
    }
  }

  @Test
  void onlyTheMostFrequentWordsReachTheDriver() {
    List<String> texts = List.of("a a a a b b b c c d d e", "f");
    List<WordCount> words = count(dataset(texts), 4, 1_000);
    assertThat(words)
        .containsExactlyInAnyOrder(
            new WordCount(" a", 3),
            new WordCount(" b", 3),
            new WordCount(" c", 2),
            new WordCount(" d", 2));
    assertThat(count(dataset(texts), 100, 5))
        .containsExactlyInAnyOrder(new WordCount(" a", 3), new WordCount(" b", 3));
  }

  @Test
  void aLevelThatDoesNotFitIsSampledHoweverTheTextsAreDistributed() {
    List<String> texts =
        IntStream.range(0, 300).mapToObj(i -> new String(Character.toChars(0x4E00 + i))).toList();
    List<WordCount> words = count(dataset(texts), 1_000, 100);

    assertThat(words).hasSize(33).doesNotHaveDuplicates().allMatch(word -> word.count() == 1);
    assertThat(count(dataset(texts), 20, 1_000)).isEqualTo(words.subList(0, 20));
    assertThat(count(dataset(texts).repartition(7), 1_000, 100)).isEqualTo(words);
  }

  @Test
  void aLongWordIsCountedInPieces() {
    String emoji = "\uD83D\uDE00";
    List<WordCount> words =
        count(dataset(List.of("x".repeat(150), emoji.repeat(130))), 100, 10_000);
    assertThat(words.stream().collect(Collectors.toMap(WordCount::word, WordCount::count)))
        .containsEntry("x".repeat(64), 2L)
        .containsEntry("x".repeat(22), 1L)
        .containsEntry(emoji.repeat(64), 2L)
        .containsEntry(emoji.repeat(2), 1L)
        .hasSize(4);
  }

  private static List<WordCount> count(
      org.apache.spark.sql.Dataset<String> texts, long maxWords, long maxBytes) {
    return WordCounter.countWords(
        texts, text -> new Words(text, PreTokenizer::wordEnd), maxWords, maxBytes);
  }

  private org.apache.spark.sql.Dataset<String> dataset(List<String> texts) {
    return spark.createDataset(texts, Encoders.STRING());
  }

  private byte[] learn(TokenizerConfig config, List<String> texts, String name, int numPartitions)
      throws IOException {
    CleanOutput.write(spark, directory.resolve(name + "-documents"), texts, numPartitions);
    TokenizerJob.run(spark, config, documents(name), output(name));
    return readJson(name);
  }

  private byte[] readJson(String name) throws IOException {
    return Files.readAllBytes(directory.resolve(name).resolve(TokenizerFile.NAME));
  }

  private org.apache.hadoop.fs.Path documents(String name) {
    return hadoopPath(directory.resolve(name + "-documents"));
  }

  private org.apache.hadoop.fs.Path output(String name) {
    return hadoopPath(directory.resolve(name));
  }
}
