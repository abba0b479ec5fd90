package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.shard.MixJob;
import dev.kindling.data.shard.Mixture;
import dev.kindling.data.shard.Mixture.Part;
import dev.kindling.data.shard.TokenSet;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.objective.CausalLanguageModelling;
import dev.kindling.model.objective.Objective;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MixtureTest {
  private static final long SEED = 5;
  private static final Objective OBJECTIVE = new CausalLanguageModelling(8);
  private static final Configuration HADOOP = new Configuration();

  @TempDir Path directory;
  private org.apache.hadoop.fs.Path web;
  private org.apache.hadoop.fs.Path books;
  private org.apache.hadoop.fs.Path output;

  @BeforeEach
  void write() throws IOException {
    web = TinyTokens.write(directory.resolve("web"), 1);
    books = TinyTokens.write(directory.resolve("books"), 2);
    output = new org.apache.hadoop.fs.Path(directory.resolve("mixture").toUri());
  }

  @Test
  void itIsATokenDirectoryWithTheSumsOfItsParts() {
    Manifest manifest = mix(3, 1);

    assertThat(manifest.kind()).isEqualTo("tokens");
    assertThat(manifest.details().at("/splits/train/tokens").asLong())
        .isEqualTo(2 * TinyTokens.NUM_TRAIN);
    assertThat(manifest.details().at("/unigramLoss").asDouble()).isEqualTo(2.39);
    assertThat(TokenDirectory.open(HADOOP, output).numTrainTokens())
        .isEqualTo(TinyTokens.NUM_TRAIN);
    assertThat(mix(3, 1)).isEqualTo(manifest);
  }

  @Test
  void samplesComeInTheRatioOfTheWeights() {
    mix(3, 1);
    try (DataOrder.Reader mixed = open(output);
        DataOrder.Reader first = open(web)) {
      List<int[]> ofTheFirst = new ArrayList<>();
      for (long step = 0; step < 40; step++) {
        int[] sample = ((CausalBatch) mixed.read(step)).inputs();
        boolean isOfTheSecond = step % 4 == 2;
        if (!isOfTheSecond) {
          ofTheFirst.add(sample);
        }
      }
      for (int step = 0; step < ofTheFirst.size(); step++) {
        assertThat(ofTheFirst.get(step)).isEqualTo(((CausalBatch) first.read(step)).inputs());
      }
    }
  }

  @Test
  void validationReadsAllParts() {
    mix(1, 1);
    int[] all = new int[2 * TinyTokens.NUM_VALIDATION];
    try (TokenSet both = TokenSet.open(HADOOP, output, "validation");
        TokenSet second = TokenSet.open(HADOOP, books, "validation")) {
      assertThat(both.numTokens()).isEqualTo(all.length);
      both.read(0, all, 0, all.length);
      int[] expected = new int[TinyTokens.NUM_VALIDATION];
      second.read(0, expected, 0, expected.length);
      assertThat(Arrays.copyOfRange(all, TinyTokens.NUM_VALIDATION, all.length))
          .isEqualTo(expected);
    }
  }

  @Test
  void otherTokenizersDoNotMix() throws IOException {
    Path manifest = directory.resolve("books/manifest.json");
    String sha =
        Manifest.require(HADOOP, books, "tokens").details().path("tokenizerSha256").asText();
    String changed = Files.readString(manifest).replace(sha, "0".repeat(64));
    Files.delete(directory.resolve("books/.manifest.json.crc"));
    Files.writeString(manifest, changed);

    assertThatThrownBy(() -> mix(1, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("another tokenizer");
    assertThat(Files.exists(directory.resolve("mixture"))).isFalse();
  }

  @Test
  void sentencesAreKeptByAllPartsOrByNone() throws IOException {
    TinyTokens.keepSentences(directory.resolve("books"));
    assertThatThrownBy(() -> mix(1, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tokenize.sentences true")
        .hasMessageContaining("tokenize.sentences false");

    TinyTokens.keepSentences(directory.resolve("web"));
    mix(1, 1);
    try (TokenSet both = TokenSet.open(HADOOP, output, "validation")) {
      assertThat(both.keepsSentences()).isTrue();
    }
  }

  @Test
  void badWeightsAndNestedMixturesAreRefused() {
    assertThatThrownBy(() -> mix(1, 0)).hasMessageContaining("has the weight 0.0");
    assertThatThrownBy(() -> mix(1, Double.NaN)).hasMessageContaining("has the weight NaN");
    mix(1, 1);
    Mixture nested =
        new Mixture(List.of(new Part(output.toString(), 1), new Part(web.toString(), 1)));
    org.apache.hadoop.fs.Path other = new org.apache.hadoop.fs.Path(output.getParent(), "other");
    assertThatThrownBy(() -> MixJob.run(HADOOP, nested, other))
        .hasMessageContaining("is a mixture itself");
  }

  private Manifest mix(double weight, double otherWeight) {
    Mixture parts =
        new Mixture(
            List.of(new Part(web.toString(), weight), new Part(books.toString(), otherWeight)));
    return MixJob.run(HADOOP, parts, output);
  }

  private static DataOrder.Reader open(org.apache.hadoop.fs.Path tokens) {
    return new DataOrder(tokens.toString(), SEED, 1, OBJECTIVE).open(HADOOP);
  }
}
