package dev.kindling.model.generate;

import static dev.kindling.model.DoubleArrays.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.parity.ParityFixture;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.Precision;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a cache holds is what reading the whole text again gives. */
class CachedLogitsTest {
  static Stream<Arguments> decoders() {
    return Stream.of("gpt2", "llama", "gpt_mixed").flatMap(CachedLogitsTest::variants);
  }

  static Stream<Arguments> encoderDecoders() {
    return Stream.of("bart", "t5", "t5_gated").flatMap(CachedLogitsTest::variants);
  }

  private static Stream<Arguments> variants(String name) {
    return Stream.of(
        Arguments.of(name, Precision.F32, "onednn", 1e-4),
        Arguments.of(name, Precision.F32, "nd4j", 1e-4),
        Arguments.of(name, Precision.BF16, "onednn", 5e-2));
  }

  /** A fixture's model, with a cache and without one. */
  private record Models(
      ParityFixture fixture, Backend backend, InferenceModel cached, UncachedModel uncached)
      implements AutoCloseable {
    static Models of(String name, Precision precision, String backendName) {
      ParityFixture fixture = ParityFixture.load(name);
      Backend backend = Backends.open(backendName, 1);
      return new Models(
          fixture,
          backend,
          UncachedModel.cached(fixture, precision, backend),
          new UncachedModel(fixture, precision, backend));
    }

    int[] tokens(int seed, int length) {
      return new Random(seed).ints(length, 3, fixture.config().vocabSize()).toArray();
    }

    @Override
    public void close() {
      cached.close();
      uncached.close();
      backend.close();
    }
  }

  /** Texts that grow together in one cache, one row each; the last tokens are not read yet. */
  private static void assertRowsAgree(
      float[] logits, List<int[]> texts, Function<int[], double[]> expected, double tolerance) {
    int vocabSize = logits.length / texts.size();
    for (int row = 0; row < texts.size(); row++) {
      double[] actual = new double[vocabSize];
      for (int id = 0; id < vocabSize; id++) {
        actual[id] = logits[row * vocabSize + id];
      }
      double[] wanted = expected.apply(texts.get(row));
      double largest = Arrays.stream(wanted).map(Math::abs).max().orElseThrow();
      assertClose(
          "logits after " + Arrays.toString(texts.get(row)), actual, wanted, tolerance * largest);
    }
  }

  @ParameterizedTest
  @MethodSource("decoders")
  void promptsOfDifferentLengthsGrowTogether(
      String name, Precision precision, String backend, double tolerance) {
    try (Models models = Models.of(name, precision, backend)) {
      int contextLength = models.fixture().config().contextLength();
      List<int[]> whole =
          List.of(
              models.tokens(1, contextLength),
              models.tokens(2, contextLength),
              models.tokens(3, contextLength));
      int[] lengths = {3, 1, 5};
      int[] padded = new int[3 * 5];
      for (int row = 0; row < 3; row++) {
        System.arraycopy(whole.get(row), 0, padded, 5 * row, lengths[row]);
      }
      try (DecoderCache cache = models.cached().newCache(3, contextLength)) {
        float[] logits = models.cached().nextLogits(padded, lengths, cache);
        while (true) {
          List<int[]> texts =
              Stream.of(0, 1, 2).map(row -> Arrays.copyOf(whole.get(row), lengths[row])).toList();
          assertRowsAgree(logits, texts, models.uncached()::next, tolerance);
          if (lengths[2] == contextLength) {
            break;
          }
          int[] next = new int[3];
          for (int row = 0; row < 3; row++) {
            next[row] = whole.get(row)[lengths[row]++];
          }
          logits = models.cached().nextLogits(next, new int[] {1, 1, 1}, cache);
        }
        assertThat(cache.lengths()).isEqualTo(lengths);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("decoders")
  void sequencesThatWaitAreChosenCopiedOrExchangedGoOnAsTheyWere(
      String name, Precision precision, String backend, double tolerance) {
    try (Models models = Models.of(name, precision, backend)) {
      InferenceModel model = models.cached();
      int[] a = models.tokens(1, 7);
      int[] b = models.tokens(2, 7);
      try (DecoderCache cache = model.newCache(2, 7);
          DecoderCache other = model.newCache(3, 9)) {
        // b waits in two steps, in the first of them with the whole cache still empty.
        model.nextLogits(new int[] {a[0], a[1], 9, 9}, new int[] {2, 0}, cache);
        model.nextLogits(new int[] {a[2], b[0]}, new int[] {1, 1}, cache);
        model.nextLogits(new int[] {9, b[1]}, new int[] {0, 1}, cache);
        float[] logits = model.nextLogits(new int[] {a[3], b[2]}, new int[] {1, 1}, cache);
        List<int[]> texts = List.of(Arrays.copyOf(a, 4), Arrays.copyOf(b, 3));
        assertRowsAgree(logits, texts, models.uncached()::next, tolerance);

        try (DecoderCache chosen = model.select(cache, new int[] {1, 0, 1})) {
          assertThat(chosen.lengths()).containsExactly(3, 4, 3);
          logits = model.nextLogits(new int[] {b[3], a[4], 5}, new int[] {1, 1, 1}, chosen);
          int[] bWith5 = {b[0], b[1], b[2], 5};
          texts = List.of(Arrays.copyOf(b, 4), Arrays.copyOf(a, 5), bWith5);
          assertRowsAgree(logits, texts, models.uncached()::next, tolerance);
          model.copySequence(chosen, 1, other, 0);
        }
        model.copySequence(cache, 0, other, 2);
        model.copySequence(cache, 1, other, 1);
        assertThat(other.lengths()).containsExactly(5, 3, 4);
        model.reorder(other, new int[] {1, 2, 0});
        assertThat(other.lengths()).containsExactly(3, 4, 5);
        other.clear(0);
        logits = model.nextLogits(new int[] {6, a[4], a[5]}, new int[] {1, 1, 1}, other);
        texts = List.of(new int[] {6}, Arrays.copyOf(a, 5), Arrays.copyOf(a, 6));
        assertRowsAgree(logits, texts, models.uncached()::next, tolerance);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("encoderDecoders")
  void outputsOfInputsOfDifferentLengthsGrowTogether(
      String name, Precision precision, String backend, double tolerance) {
    try (Models models = Models.of(name, precision, backend)) {
      int contextLength = models.fixture().config().contextLength();
      List<int[]> inputs = List.of(models.tokens(1, 6), models.tokens(2, 2), models.tokens(3, 5));
      List<int[]> outputs =
          List.of(
              models.tokens(4, contextLength),
              models.tokens(5, contextLength),
              models.tokens(6, contextLength));
      try (DecoderCache cache =
          models.cached().encode(padded(inputs, 6), new int[] {6, 2, 5}, 1, contextLength)) {
        // The first two tokens at once, the others one by one.
        float[] logits =
            models.cached().nextLogits(columns(outputs, 0, 2), new int[] {2, 2, 2}, cache);
        for (int length = 2; ; length++) {
          assertOutputsAgree(models, logits, inputs, outputs, length, tolerance);
          if (length == contextLength) {
            break;
          }
          int[] next = columns(outputs, length, length + 1);
          logits = models.cached().nextLogits(next, new int[] {1, 1, 1}, cache);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("encoderDecoders")
  void severalOutputsShareAnInput(
      String name, Precision precision, String backend, double tolerance) {
    try (Models models = Models.of(name, precision, backend)) {
      InferenceModel model = models.cached();
      int[] first = models.tokens(1, 3);
      int[] second = models.tokens(2, 6);
      int[] ones = {1, 1, 1, 1};
      List<int[]> inputs = List.of(first, first, second, second);
      int[] padded = padded(List.of(first, second), 6);
      try (DecoderCache cache = model.encode(padded, new int[] {3, 6}, 2, 5)) {
        List<int[]> outputs =
            List.of(new int[] {7, 4}, new int[] {8, 5}, new int[] {9, 6}, new int[] {3, 7});
        model.nextLogits(columns(outputs, 0, 1), ones, cache);
        float[] logits = model.nextLogits(columns(outputs, 1, 2), ones, cache);
        assertOutputsAgree(models, logits, inputs, outputs, 2, tolerance);

        model.reorder(cache, new int[] {1, 1, 3, 2});
        outputs =
            List.of(
                new int[] {8, 5, 3}, new int[] {8, 5, 4}, new int[] {3, 7, 5}, new int[] {9, 6, 6});
        logits = model.nextLogits(columns(outputs, 2, 3), ones, cache);
        assertOutputsAgree(models, logits, inputs, outputs, 3, tolerance);

        try (DecoderCache chosen = model.select(cache, new int[] {3, 2})) {
          outputs = List.of(new int[] {9, 6, 6, 4}, new int[] {3, 7, 5, 8});
          logits = model.nextLogits(columns(outputs, 3, 4), new int[] {1, 1}, chosen);
          assertOutputsAgree(models, logits, List.of(second, second), outputs, 4, tolerance);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"t5", "t5_gated"})
  void relativePositionsNeedOutputsOfOneLength(String name) {
    try (Models models = Models.of(name, Precision.F32, "onednn");
        DecoderCache cache = models.cached().encode(new int[] {3, 4}, new int[] {1, 1}, 1, 4)) {
      models.cached().nextLogits(new int[4], new int[] {2, 1}, cache);

      assertThatThrownBy(() -> models.cached().nextLogits(new int[2], new int[] {1, 1}, cache))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Sequences of [2, 1] tokens");
    }
  }

  @Test
  void whatDoesNotFitACacheIsRefused() {
    try (Models models = Models.of("gpt2", Precision.F32, "onednn");
        Models encoderDecoder = Models.of("t5", Precision.F32, "onednn");
        DecoderCache cache = models.cached().newCache(2, 4)) {
      InferenceModel model = models.cached();
      int tooLong = models.fixture().config().contextLength() + 1;
      assertRefused("from 1 token to the context length", () -> model.newCache(2, tooLong));
      assertRefused("0 sequences", () -> model.newCache(0, 4));
      assertRefused(
          "expected 2 sequences", () -> model.nextLogits(new int[3], new int[] {1, 1}, cache));
      assertRefused(
          "sequences of [1, 2]", () -> model.nextLogits(new int[2], new int[] {1, 2}, cache));
      assertRefused(
          "sequences of [1, -1]", () -> model.nextLogits(new int[2], new int[] {1, -1}, cache));
      assertRefused("encode an input instead", () -> encoderDecoder.cached().newCache(1, 4));
      assertRefused(
          "at least 1 tokens each",
          () -> encoderDecoder.cached().encode(new int[2], new int[] {1, 0}, 1, 4));
    }
  }

  private static void assertRefused(String message, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private static void assertOutputsAgree(
      Models models,
      float[] logits,
      List<int[]> inputs,
      List<int[]> outputs,
      int length,
      double tolerance) {
    int vocabSize = logits.length / inputs.size();
    for (int row = 0; row < inputs.size(); row++) {
      int[] input = inputs.get(row);
      assertRowsAgree(
          Arrays.copyOfRange(logits, row * vocabSize, (row + 1) * vocabSize),
          List.of(Arrays.copyOf(outputs.get(row), length)),
          output -> models.uncached().next(input, output),
          tolerance);
    }
  }

  private static int[] padded(List<int[]> rows, int length) {
    return rows.stream().flatMapToInt(row -> Arrays.stream(Arrays.copyOf(row, length))).toArray();
  }

  private static int[] columns(List<int[]> rows, int first, int end) {
    return rows.stream()
        .flatMapToInt(row -> Arrays.stream(Arrays.copyOfRange(row, first, end)))
        .toArray();
  }
}
