package dev.kindling.model.backend;

import static dev.kindling.model.DoubleArrays.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.backend.check.AttentionCase;
import dev.kindling.model.backend.check.AttentionCase.Placement;
import dev.kindling.model.backend.check.KernelRun;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Lengths lie below, at and beyond a tile of 128 query rows. */
class AttentionContractTest {
  @RegisterExtension private static final BackendsUnderTest BACKENDS = new BackendsUnderTest();

  /** Columns of two heads of size 4. */
  private static final int WIDTH = 8;

  static Stream<AttentionCase> causal() {
    return Stream.of(
        AttentionCase.fused("one token", 1, 1, 1, 1, 1),
        AttentionCase.fused("one token each", 3, 1, 2, 2, 4),
        AttentionCase.fused("two tokens each", 3, 2, 2, 2, 4),
        AttentionCase.fused("two tokens each, grouped queries", 2, 2, 6, 2, 4),
        AttentionCase.fused("few tokens, grouped queries", 2, 3, 6, 2, 4),
        AttentionCase.fused("short", 3, 7, 2, 2, 5),
        AttentionCase.fused("half a tile", 2, 64, 3, 3, 16),
        AttentionCase.fused("one row beyond a tile", 2, 129, 4, 2, 4),
        AttentionCase.fused("beyond one tile", 2, 131, 2, 2, 3),
        AttentionCase.fused("heads of one column", 2, 7, 4, 2, 1),
        AttentionCase.fused("two tiles", 1, 256, 2, 2, 8),
        AttentionCase.fused("beyond two tiles, many heads", 1, 293, 11, 11, 4),
        AttentionCase.fused("grouped queries", 2, 7, 6, 2, 4),
        AttentionCase.fused("one key-value head", 2, 13, 5, 1, 6),
        AttentionCase.fused("grouped queries beyond one tile", 2, 131, 4, 2, 6),
        AttentionCase.fused("dropout", 3, 7, 2, 2, 5).withDropout(0.25),
        AttentionCase.fused("dropout beyond two tiles", 2, 293, 4, 2, 4).withDropout(0.1),
        AttentionCase.fused("padding", 5, 131, 2, 2, 4).withKeyLengths(),
        AttentionCase.fused("padding and dropout", 2, 67, 4, 2, 4)
            .withKeyLengths()
            .withDropout(0.2),
        AttentionCase.fused("a bias", 2, 131, 3, 3, 4).withBias(),
        AttentionCase.fused("everything", 3, 137, 4, 2, 6)
            .withKeyLengths()
            .withBias()
            .withDropout(0.3));
  }

  @ParameterizedTest
  @MethodSource("causal")
  void causalAttentionAgrees(AttentionCase attention) {
    BACKENDS.assertAllAgree(attention.withCausal()::run);
  }

  static Stream<AttentionCase> bidirectional() {
    return Stream.of(
        AttentionCase.fused("one token", 1, 1, 1, 1, 1),
        AttentionCase.fused("short", 3, 7, 2, 2, 5),
        AttentionCase.fused("one row beyond a tile", 2, 129, 2, 2, 4),
        AttentionCase.fused("beyond two tiles", 2, 293, 3, 3, 4),
        AttentionCase.fused("many sequences", 37, 11, 4, 4, 4),
        AttentionCase.fused("grouped queries", 2, 131, 6, 2, 4),
        AttentionCase.fused("padding", 7, 13, 2, 2, 4).withKeyLengths(),
        AttentionCase.fused("padding beyond two tiles", 3, 293, 2, 2, 4).withKeyLengths(),
        AttentionCase.fused("a bias", 3, 7, 2, 2, 5).withBias(),
        AttentionCase.fused("a bias beyond two tiles", 2, 293, 3, 3, 4).withBias(),
        AttentionCase.fused("a bias and grouped queries", 3, 131, 6, 2, 4).withBias(),
        AttentionCase.fused("dropout", 3, 131, 4, 2, 5).withDropout(0.5),
        AttentionCase.fused("a bias and dropout", 3, 17, 2, 2, 5).withBias().withDropout(0.1),
        AttentionCase.fused("everything", 3, 137, 4, 2, 6)
            .withKeyLengths()
            .withBias()
            .withDropout(0.3));
  }

  @ParameterizedTest
  @MethodSource("bidirectional")
  void attentionOfTheWholeSequenceAgrees(AttentionCase attention) {
    BACKENDS.assertAllAgree(attention::run);
  }

  static Stream<AttentionCase> ofOtherSequences() {
    Placement fused = Placement.KEYS_AND_VALUES_FUSED;
    return Stream.of(
        AttentionCase.cross("one query", fused, 3, 1, 17, 2, 4),
        AttentionCase.cross("one key", fused, 3, 17, 1, 2, 4),
        AttentionCase.cross("more keys", fused, 2, 13, 29, 3, 5),
        AttentionCase.cross("more queries", fused, 2, 131, 29, 3, 5),
        AttentionCase.cross("apart", Placement.SEPARATE, 2, 29, 131, 3, 5),
        AttentionCase.cross("apart beyond two tiles", Placement.SEPARATE, 1, 293, 271, 2, 4),
        AttentionCase.cross("padding", fused, 3, 131, 67, 2, 4).withKeyLengths(),
        AttentionCase.cross("dropout", fused, 3, 131, 67, 2, 4).withDropout(0.1),
        AttentionCase.cross("a bias", Placement.SEPARATE, 3, 13, 29, 2, 4).withBias(),
        AttentionCase.cross("everything", fused, 3, 137, 29, 2, 4)
            .withKeyLengths()
            .withBias()
            .withDropout(0.3),
        AttentionCase.cross("a cache and one query", Placement.CACHED, 3, 1, 19, 2, 4),
        AttentionCase.cross("one query of each length", Placement.CACHED, 3, 1, 19, 2, 4)
            .withKeyLengths(),
        AttentionCase.cross("one query and few keys", Placement.CACHED, 3, 1, 5, 3, 5)
            .withKeyLengths(),
        AttentionCase.cross("one query, padding and a bias", Placement.CACHED, 3, 1, 13, 3, 5)
            .withKeyLengths()
            .withBias(),
        AttentionCase.cross("one query and padding", Placement.SEPARATE, 5, 1, 7, 2, 4)
            .withKeyLengths(),
        AttentionCase.cross("grouped single queries", Placement.CACHED, 2, 1, 7, 6, 4)
            .withKeyHeads(2)
            .withKeyLengths(),
        AttentionCase.cross("grouped queries and a cache", Placement.CACHED, 3, 5, 7, 6, 4)
            .withKeyHeads(3)
            .withKeyLengths(),
        AttentionCase.cross("a cache", Placement.CACHED, 3, 7, 19, 2, 4).withKeyLengths(),
        AttentionCase.cross("a cache of all queries", Placement.CACHED, 2, 131, 131, 2, 4)
            .withCausal());
  }

  @ParameterizedTest
  @MethodSource("ofOtherSequences")
  void attentionToOtherSequencesAndCachesAgrees(AttentionCase attention) {
    BACKENDS.assertAllAgree(attention::run);
  }

  /** Head sizes for which backends may have kernels of their own, in BF16 above all. */
  static Stream<AttentionCase> ofCommonHeadSizes() {
    Placement fused = Placement.KEYS_AND_VALUES_FUSED;
    return Stream.of(
        AttentionCase.fused("causal", 2, 131, 2, 2, 64).withCausal(),
        AttentionCase.fused("causal, grouped queries", 1, 197, 4, 2, 64).withCausal(),
        AttentionCase.fused("causal, everything", 2, 67, 2, 1, 64)
            .withCausal()
            .withKeyLengths()
            .withBias()
            .withDropout(0.2),
        AttentionCase.fused("padding", 3, 133, 2, 2, 64).withKeyLengths(),
        AttentionCase.fused("a bias", 2, 65, 2, 2, 64).withBias(),
        AttentionCase.fused("dropout", 2, 129, 2, 2, 64).withDropout(0.1),
        AttentionCase.cross("more keys", fused, 2, 13, 141, 2, 64).withKeyLengths(),
        AttentionCase.cross("more queries", fused, 2, 141, 13, 2, 64),
        AttentionCase.cross("a cache and one query", Placement.CACHED, 2, 1, 150, 2, 64)
            .withKeyLengths(),
        AttentionCase.fused("causal heads of 32", 2, 131, 2, 2, 32).withCausal(),
        AttentionCase.fused("heads of 32, everything", 2, 67, 2, 1, 32)
            .withKeyLengths()
            .withBias()
            .withDropout(0.2),
        AttentionCase.fused("causal heads of 128", 1, 131, 2, 2, 128).withCausal(),
        AttentionCase.fused("heads of 128, everything", 2, 67, 2, 1, 128)
            .withKeyLengths()
            .withBias()
            .withDropout(0.2),
        AttentionCase.cross("a cache of heads of 128", Placement.CACHED, 2, 1, 37, 2, 128),
        AttentionCase.fused("heads of 72", 1, 67, 2, 2, 72).withCausal(),
        AttentionCase.fused("heads of 160", 1, 35, 2, 1, 160).withCausal().withDropout(0.1));
  }

  @ParameterizedTest
  @MethodSource("ofCommonHeadSizes")
  void attentionOfCommonHeadSizesAgrees(AttentionCase attention) {
    BACKENDS.assertAllAgree(attention::run);
  }

  /**
   * oneDNN confuses the strides of some batches: those of sequences, queries and heads whose
   * numbers go together in certain ways.
   */
  @ParameterizedTest
  @EnumSource(Placement.class)
  void smallNumbersOfEverythingAgree(Placement placement) {
    for (int batch : new int[] {2, 3, 4}) {
      for (int numKeyHeads : new int[] {2, 3}) {
        for (int groupSize : new int[] {1, 3}) {
          for (int numQueries = 1; numQueries <= 3; numQueries++) {
            int numKeys = placement == Placement.FUSED ? numQueries : batch / 2;
            AttentionCase attention =
                AttentionCase.cross(
                    "", placement, batch, numQueries, numKeys, numKeyHeads * groupSize, 4);
            BACKENDS.assertAllAgree(attention.withKeyHeads(numKeyHeads)::run);
          }
        }
      }
    }
  }

  @Test
  void scoresFarBeyondTheRangeOfExponentialsAgree() {
    AttentionCase attention = AttentionCase.fused("", 2, 13, 2, 2, 4).withCausal();
    BACKENDS.assertAllAgree(
        (backend, run) -> {
          AttentionInputs inputs = attention.inputs(run);
          backend.scaleInPlace(inputs.query().tensor(), 16);
          backend.attentionForward(inputs, run.overwritten(attention.outputShape()), null);
        });
  }

  /** So gradient accumulation does not change what is dropped. */
  @Test
  void dropoutIsTheSameForABatchAndForItsParts() {
    long length = 17;
    long width = 24;
    Dropout dropout = new Dropout(0.3, 99, 5, 2 * length * length);
    for (Backend backend : BACKENDS.all()) {
      for (DType dtype : backend.floatTypes()) {
        try (KernelRun run = KernelRuns.of(backend.memory(), dtype)) {
          Tensor qkv = run.input(3 * length, width);
          Tensor whole = run.overwritten(3 * length, 8);
          backend.attentionForward(inputs(qkv, 3, dropout), whole, null);
          Tensor parts = run.overwritten(3 * length, 8);
          backend.attentionForward(
              inputs(qkv.slice(0, length, width), 1, dropout), parts.slice(0, length, 8), null);
          Dropout ofTheRest = new Dropout(0.3, 99, 6, 2 * length * length);
          backend.attentionForward(
              inputs(qkv.slice(length * width, 2 * length, width), 2, ofTheRest),
              parts.slice(length * 8, 2 * length, 8),
              null);
          assertClose(backend.name() + dtype, parts.toDoubles(), whole.toDoubles(), 1e-6);
        }
      }
    }
  }

  private static AttentionInputs inputs(Tensor qkv, int batch, Dropout dropout) {
    return new AttentionInputs(
        Heads.of(qkv, batch, 0, 2, 4),
        Heads.of(qkv, batch, 8, 2, 4),
        Heads.of(qkv, batch, 16, 2, 4),
        0.5,
        true,
        null,
        null,
        dropout);
  }

  /** Padding is finite, but arbitrary. */
  @Test
  void keysBeyondALengthDoNotMatterAndGetNoGradient() {
    AttentionCase attention =
        AttentionCase.cross("", Placement.SEPARATE, 2, 5, 11, 2, 4).withKeyLengths();
    for (Backend backend : BACKENDS.all()) {
      List<double[]> before =
          BackendsUnderTest.results(backend, DType.F32, (b, run) -> attend(attention, b, run, 1));
      List<double[]> after =
          BackendsUnderTest.results(backend, DType.F32, (b, run) -> attend(attention, b, run, 64));
      assertThat(after.get(0)).as(backend.name()).isEqualTo(before.get(0));
      for (double[] gradient : after.subList(2, 4)) {
        double[] ofTheFirstSequence = Arrays.copyOfRange(gradient, 3 * WIDTH, 11 * WIDTH);
        double[] ofTheSecond = Arrays.copyOfRange(gradient, (11 + 6) * WIDTH, 2 * 11 * WIDTH);
        assertThat(ofTheFirstSequence).as(backend.name()).containsOnly(0);
        assertThat(ofTheSecond).as(backend.name()).containsOnly(0);
      }
    }
  }

  /** With 3 and 6 keys, and what lies behind them scaled. */
  private static void attend(
      AttentionCase attention, Backend backend, KernelRun run, double paddingFactor) {
    AttentionInputs inputs = attention.inputs(run);
    inputs.keyLengths().write(0, new int[] {3, 6}, 0, 2);
    for (Heads heads : List.of(inputs.key(), inputs.value())) {
      backend.scaleInPlace(heads.tensor().slice(3 * WIDTH, 8 * WIDTH), paddingFactor);
      backend.scaleInPlace(heads.tensor().slice((11 + 6) * WIDTH, 5 * WIDTH), paddingFactor);
    }
    Tensor output = run.overwritten(attention.outputShape());
    Tensor statistics = AttentionCase.statistics(backend, inputs, run);
    backend.attentionForward(inputs, output, statistics);
    Tensor outputGradient = run.input(attention.outputShape());
    backend.attentionBackward(outputGradient, inputs, output, statistics, attention.gradients(run));
  }
}
