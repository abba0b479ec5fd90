package dev.kindling.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.kindling.data.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerFileTest {
  private static final List<Tokenizer> TOKENIZERS =
      List.of(
          BytePairLearner.learn(
              TestTexts.wordCounts(List.of(TestTexts.story(1, 300))), 300, 2, true),
          CharacterTokenizer.of("abc \n\"\\磨😀".codePoints().toArray(), true, true),
          CharacterTokenizer.of("abc".codePoints().toArray(), false, false),
          UnigramTexts.learnedTokenizer(),
          WordPieceTest.learned(true),
          WordPieceTest.learned(false));

  @TempDir Path directory;

  @Test
  void writingWhatWasReadGivesTheSameBytes() {
    for (Tokenizer tokenizer : TOKENIZERS) {
      byte[] json = TokenizerFile.toJson(tokenizer);
      assertThat(TokenizerFile.toJson(TokenizerFile.parse(json))).isEqualTo(json);
    }
  }

  @Test
  void aTokenizerTravelsAsItsFile() throws IOException, ClassNotFoundException {
    for (Tokenizer tokenizer : TOKENIZERS) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(tokenizer);
      }
      try (ObjectInputStream in =
          new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
        Tokenizer arrived = (Tokenizer) in.readObject();
        assertThat(arrived.encode("abccab")).isEqualTo(tokenizer.encode("abccab"));
        assertThat(arrived.endOfTextId()).isEqualTo(tokenizer.endOfTextId());
      }
    }
  }

  @Test
  void itLoadsFromTheFileAndFromItsDirectory() throws IOException {
    Path file = directory.resolve(TokenizerFile.NAME);
    Files.write(file, TokenizerFile.toJson(TOKENIZERS.get(0)));
    for (Path path : List.of(file, directory)) {
      Tokenizer loaded = TokenizerFile.load(new Configuration(), hadoopPath(path));
      assertThat(loaded.vocabSize()).isEqualTo(TOKENIZERS.get(0).vocabSize());
    }
  }

  @Test
  void aMissingFileIsAnErrorThatNamesIt() {
    assertThatThrownBy(() -> TokenizerFile.load(new Configuration(), hadoopPath(directory)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("kindling tokenizer");
  }

  @Test
  void aTruncatedFileIsRefused() {
    for (Tokenizer tokenizer : TOKENIZERS) {
      byte[] json = TokenizerFile.toJson(tokenizer);
      int step = Math.max(1, json.length / 500);
      for (int length = 0; length < json.length - 2; length += step) {
        byte[] truncated = Arrays.copyOf(json, length);
        assertThatThrownBy(() -> TokenizerFile.parse(truncated))
            .isInstanceOf(InvalidInputException.class);
      }
    }
  }

  @Test
  void aDamagedFileIsRefusedOrStillATokenizer() {
    Random random = new Random(23);
    for (Tokenizer tokenizer : TOKENIZERS) {
      byte[] json = TokenizerFile.toJson(tokenizer);
      for (int i = 0; i < 3_000; i++) {
        byte[] damaged = json.clone();
        for (int n = random.nextInt(3); n >= 0; n--) {
          damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        parseOrRefuse(damaged);
      }
    }
  }

  @Test
  void settingsThatWouldGiveOtherIdsAreRefused() {
    String json = new String(TokenizerFile.toJson(TOKENIZERS.get(0)), StandardCharsets.UTF_8);
    assertRefused(json.replace("\"add_prefix_space\" : false", "\"add_prefix_space\" : true"));
    assertRefused(json.replace("\"use_regex\" : true", "\"use_regex\" : false"));
    assertRefused(json.replace("\"normalizer\" : null", "\"normalizer\" : {\"type\" : \"NFC\"}"));
    assertRefused(json.replace("\"dropout\" : null", "\"dropout\" : 0.1"));
    assertRefused(json.replace("\"type\" : \"BPE\"", "\"type\" : \"Unigram\""));
    assertRefused(json.replace("\"special\" : true", "\"special\" : false"));
    assertRefused(json.replace("\"truncation\" : null", "\"truncation\" : {\"max_length\" : 2}"));
    assertRefused(json.replace("\"a\" : 64", "\"a\" : 65"));
    assertRefused(json.replace("\"a\" : 64", "\"a\" : 2147483647"));
    assertRefused(json.replace("\"a\" : 64,", ""));
    assertRefused(json.replace("\"a\" : 64", "\"磨\" : 64"));
    assertRefused(json + "{}");
  }

  @Test
  void valuesOfTheWrongTypeAreRefused() {
    for (String json :
        List.of(
            "",
            "null",
            "[]",
            "7",
            "{}",
            "{\"model\": 3}",
            "{\"model\": {\"type\": \"BPE\"}}",
            "{\"model\": {\"type\": [\"BPE\"], \"vocab\": {}, \"merges\": []}}",
            "[".repeat(100_000),
            "{\"model\": {\"type\": \"WordLevel\", \"vocab\": []}}")) {
      assertRefused(json);
    }
  }

  @Test
  void theErrorNamesEveryKindThatCouldBeGivenInstead() {
    assertThatThrownBy(() -> TokenizerFile.parse("{}".getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("GPT-2")
        .hasMessageContaining("BERT")
        .hasMessageContaining("Unigram")
        .hasMessageContaining("kindling tokenizer");
  }

  private static void assertRefused(String json) {
    assertThat(json.getBytes(StandardCharsets.UTF_8))
        .isNotEqualTo(TokenizerFile.toJson(TOKENIZERS.get(0)));
    assertThatThrownBy(() -> TokenizerFile.parse(json.getBytes(StandardCharsets.UTF_8)))
        .as(json.substring(0, Math.min(json.length(), 200)))
        .isInstanceOf(InvalidInputException.class);
  }

  private static void parseOrRefuse(byte[] json) {
    try {
      Tokenizer parsed = TokenizerFile.parse(json);
      assertThat(parsed.vocabSize()).isPositive();
    } catch (InvalidInputException e) {
      assertThat(e).hasMessageContaining("expected:");
    } catch (RuntimeException e) {
      fail("neither a tokenizer nor refused: " + new String(json, StandardCharsets.UTF_8), e);
    }
  }

  private static org.apache.hadoop.fs.Path hadoopPath(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }
}
