package dev.kindling.data.tokenizer;

import static dev.kindling.data.CleanOutput.hadoopPath;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.CleanOutput;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnigramJobTest {
  private static final TokenizerConfig CONFIG = new TokenizerConfig("unigram", 200, 2, true);

  private static final List<String> TEXTS =
      IntStream.range(0, 40).mapToObj(i -> TestTexts.story(i, 80)).toList();

  private static SparkSession spark;

  @TempDir Path directory;

  @BeforeAll
  static void startSpark() {
    spark = CleanOutput.localSpark();
  }

  @Test
  void theManifestDescribesTheTokenizer() throws IOException {
    Tokenizer tokenizer = TokenizerFile.parse(learn(CONFIG, TEXTS, "manifest", 2));
    Manifest manifest =
        Manifest.require(
            spark.sparkContext().hadoopConfiguration(), output("manifest"), TokenizerJob.KIND);
    assertThat(manifest.details().path("kind").asText()).isEqualTo("unigram");
    assertThat(manifest.details().path("vocabSize").asInt()).isEqualTo(tokenizer.vocabSize());
    assertThat(manifest.details().path("endOfText").asInt()).isEqualTo(1);
  }

  @Test
  void aVocabularyWithoutRoomForTheCharactersIsRefused() {
    assertThatThrownBy(() -> learn(new TokenizerConfig("unigram", 10, 1, true), TEXTS, "narrow", 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tokenizer.vocabSize is 10")
        .hasMessageContaining("minFrequency");
    assertThatThrownBy(() -> learn(new TokenizerConfig("unigram", 3, 1, true), TEXTS, "none", 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("at least 4");
  }

  @Test
  void theNameOfASpecialTokenInATextIsNoPiece() throws IOException {
    byte[] json =
        learn(new TokenizerConfig("unigram", 60, 1, true), List.of("</s> ".repeat(99)), "html", 1);
    Tokenizer tokenizer = TokenizerFile.parse(json);
    assertThat(tokenizer.encode("</s>")).doesNotContain(0, 1, 2);
    assertThat(tokenizer.decode(tokenizer.encode("</s>"))).isEqualTo("</s>");
  }

  @Test
  void textsWithoutAnyFrequentCharacterAreRefused() {
    assertThatThrownBy(
            () -> learn(new TokenizerConfig("unigram", 100, 50, true), List.of("ab"), "rare", 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a character seen 50 times");
  }

  private byte[] learn(TokenizerConfig config, List<String> texts, String name, int numPartitions)
      throws IOException {
    Path documents = directory.resolve(name + "-documents");
    CleanOutput.write(spark, documents, texts, numPartitions);
    TokenizerJob.run(spark, config, hadoopPath(documents), output(name));
    return Files.readAllBytes(directory.resolve(name).resolve(TokenizerFile.NAME));
  }

  private org.apache.hadoop.fs.Path output(String name) {
    return hadoopPath(directory.resolve(name));
  }
}
