package dev.kindling.model.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.io.WeightsFormatException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class NgramFilesTest {
  @Test
  void aPartHasTheTensorsThatTheDocumentationNames() {
    NgramPartReader part = TinyNgrams.open(TinyNgrams.SHAPE, 2, TinyNgrams.files().get(1).get(1));

    assertThat(part.size()).isEqualTo(2);
    assertThat(part.next()).isTrue();
    assertThat(part.token(0)).isEqualTo(1);
    assertThat(part.token(1)).isEqualTo(2);
    assertThat(part.probability()).isEqualTo(0.25f);
    assertThat(part.backoff()).isEqualTo(0.5f);
    assertThat(part.next()).isTrue();
    assertThat(part.token(0)).isEqualTo(2);
    assertThat(part.next()).isFalse();
    assertThat(NgramPart.name(2, 1)).isEqualTo("order-2-00001.safetensors");
  }

  @Test
  void severalBlocksAreReadBackAsTheyWereWritten() {
    int numNgrams = 20_011;
    NgramPartWriter writer = new NgramPartWriter(1, false);
    for (int i = 0; i < numNgrams; i++) {
      writer.add(new int[] {i}, 1f / (i + 1), 1);
    }
    NgramShape.Order order = new NgramShape.Order(1, numNgrams, 0, Discounts.FALLBACK);
    NgramShape shape = new NgramShape(numNgrams, OptionalInt.empty(), List.of(order));

    NgramPartReader part = TinyNgrams.open(shape, 1, TinyNgrams.bytes(writer));

    for (int i = 0; i < numNgrams; i++) {
      assertThat(part.next()).isTrue();
      assertThat(part.token(0)).isEqualTo(i);
      assertThat(part.probability()).isEqualTo(1f / (i + 1));
    }
    assertThat(part.next()).isFalse();
    assertThat(writer.size()).as("what was written is forgotten").isZero();
  }

  @Test
  void aFileCutAnywhereIsRefused() {
    for (int order = 1; order <= 3; order++) {
      byte[] file = TinyNgrams.files().get(order - 1).get(0);
      for (int length = 0; length < file.length; length++) {
        List<List<byte[]>> files = replaced(order, Arrays.copyOf(file, length));
        assertThatThrownBy(() -> TinyNgrams.load(TinyNgrams.SHAPE, files))
            .as("the first %d bytes of order %d", length, order)
            .isInstanceOf(WeightsFormatException.class);
      }
    }
  }

  /** What passes is a model: a changed number may be as good as the one that was there. */
  @Test
  void aFileChangedAnywhereIsAModelOrRefused() {
    for (int order = 1; order <= 3; order++) {
      byte[] file = TinyNgrams.files().get(order - 1).get(0);
      for (int i = 0; i < file.length; i++) {
        for (int bit = 0; bit < Byte.SIZE; bit++) {
          byte[] changed = file.clone();
          changed[i] ^= (byte) (1 << bit);
          List<List<byte[]>> files = replaced(order, changed);
          assertThatCode(() -> useAll(files))
              .as("bit %d of byte %d of order %d", bit, i, order)
              .satisfiesAnyOf(
                  problem -> assertThat(problem).isNull(),
                  problem -> assertThat(problem).isInstanceOf(WeightsFormatException.class));
        }
      }
    }
  }

  @Test
  void ngramsThatAreNotSortedAreRefused() {
    NgramPartWriter part = new NgramPartWriter(3, false);
    part.add(new int[] {1, 2, 1}, 0.75f, 1);
    part.add(new int[] {0, 1, 2}, 0.8125f, 1);

    assertThatThrownBy(() -> TinyNgrams.load(TinyNgrams.SHAPE, replaced(3, TinyNgrams.bytes(part))))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining("does not rise after [1, 2, 1]");
  }

  @Test
  void ngramsWhoseBeginningIsNotThereAreRefused() {
    NgramPartWriter part = new NgramPartWriter(3, false);
    part.add(new int[] {0, 1, 2}, 0.75f, 1);
    part.add(new int[] {3, 2, 1}, 0.8125f, 1);

    assertThatThrownBy(() -> TinyNgrams.load(TinyNgrams.SHAPE, replaced(3, TinyNgrams.bytes(part))))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining("[3, 2, 1]")
        .hasMessageContaining("begin with one of the order before");
  }

  @Test
  void aPartThatIsMissingIsNoticed() {
    List<List<byte[]>> files = new ArrayList<>(TinyNgrams.files());
    files.set(1, files.get(1).subList(0, 1));

    assertThatThrownBy(() -> TinyNgrams.load(TinyNgrams.SHAPE, files))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining("the files of order 2 have 2 n-grams");
  }

  @Test
  void aPartTooManyIsNoticed() {
    List<List<byte[]>> files = new ArrayList<>(TinyNgrams.files());
    files.set(1, List.of(files.get(1).get(0), files.get(1).get(1), files.get(1).get(1)));

    assertThatThrownBy(() -> TinyNgrams.load(TinyNgrams.SHAPE, files))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining("the files of order 2 have 6 n-grams or more");
  }

  @Test
  void anOrderThatNoArrayHoldsIsRefusedBeforeItsFilesAreRead() {
    NgramShape.Order unigrams = TinyNgrams.SHAPE.orders().get(0);
    NgramShape.Order bigrams = new NgramShape.Order(1L << 31, 1L << 31, 0, Discounts.FALLBACK);
    NgramShape.Order trigrams = TinyNgrams.SHAPE.orders().get(2);
    NgramShape shape = new NgramShape(4, OptionalInt.of(0), List.of(unigrams, bigrams, trigrams));

    assertThatThrownBy(() -> TinyNgrams.load(shape, TinyNgrams.files()))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining("2147483648 n-grams of order 2")
        .hasMessageContaining("ngram.prune");
  }

  @Test
  void whatAModelTakesOfTheMemoryIsKnownFromItsShape() {
    assertThat(NgramModel.bytes(TinyNgrams.SHAPE)).isEqualTo(TinyNgrams.model().bytes());
  }

  @Test
  void aConfigurationReadsBackEqual() {
    NgramShape shape =
        new NgramShape(
            4,
            OptionalInt.empty(),
            List.of(
                new NgramShape.Order(3, 4, 0, new Discounts(0.5, 1.25, 1.75, true)),
                new NgramShape.Order(1L << 40, 1L << 39, 2, Discounts.FALLBACK)));

    assertThat(NgramShape.parse("config.json", shape.toJson())).isEqualTo(shape);
    assertThat(NgramShape.parse("config.json", TinyNgrams.SHAPE.toJson()))
        .isEqualTo(TinyNgrams.SHAPE);
  }

  @Test
  void aConfigurationCutAnywhereIsRefused() {
    byte[] json = TinyNgrams.SHAPE.toJson();
    // The line feed behind the last brace means nothing.
    for (int length = 0; length < json.length - 1; length++) {
      byte[] cut = Arrays.copyOf(json, length);
      assertThatThrownBy(() -> NgramShape.parse("config.json", cut))
          .as("the first %d bytes", length)
          .isInstanceOf(WeightsFormatException.class);
    }
  }

  @Test
  void aConfigurationOfAnotherModelIsRefused() {
    String json = new String(TinyNgrams.SHAPE.toJson(), StandardCharsets.UTF_8);

    refuse(json.replace("kindling-ngram", "gpt2"), "model_type is gpt2");
    refuse(json.replace("\"schema_version\" : 1", "\"schema_version\" : 2"), "schema_version is 2");
    refuse(json.replace("\"order\" : 3", "\"order\" : 4"), "order is 4");
    refuse(json.replace("\"eos_token_id\" : 0", "\"eos_token_id\" : 4"), "eos_token_id is 4");
    refuse(json.replace("\"vocab_size\" : 4", "\"vocab_size\" : 5"), "4 unigrams");
    refuse(json.replace("0.5,", "-0.5,"), "discount of -0.5");
    refuse(json.replace("0.5,", "\"a\","), "not three numbers");
    refuse("[]", "model_type is missing");
  }

  private static void refuse(String json, String reason) {
    assertThatThrownBy(() -> NgramShape.parse("config.json", json.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining(reason);
  }

  private static void useAll(List<List<byte[]>> files) {
    NgramModel model = TinyNgrams.load(TinyNgrams.SHAPE, files);
    model.logProbabilities(new int[] {0, 1}, new int[] {2, 1, 0, 3, 3});
  }

  /** All files, but for one instead of the first of an order. */
  private static List<List<byte[]>> replaced(int order, byte[] file) {
    List<List<byte[]>> files = new ArrayList<>(TinyNgrams.files());
    List<byte[]> parts = new ArrayList<>(files.get(order - 1));
    parts.set(0, file);
    files.set(order - 1, parts);
    return files;
  }
}
