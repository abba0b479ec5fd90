package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.spark.config.DataParallelismConfig.PseudoGradients;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PseudoGradientCodecTest {
  /** Not a multiple of a block, and more than one. */
  private static final int LENGTH = 1021;

  private static final byte[] THETA = random(1, 1);
  private static final byte[] REPLICA = moved(THETA, random(2, 1e-3));

  @Test
  void f32IsTheReplicaItself() {
    assertThat(thereAndBack(PseudoGradients.F32)).isEqualTo(REPLICA);
  }

  @Test
  void bf16KeepsEightBitsOfEveryDifference() {
    byte[] arrived = thereAndBack(PseudoGradients.BF16);
    for (int at = 0; at < arrived.length; at += 4) {
      double difference = difference(REPLICA, at);
      double bound = Math.abs(difference) / 256 + Math.ulp(FloatVectors.get(THETA, at));
      assertThat(difference(arrived, at)).isCloseTo(difference, within(bound));
    }
  }

  @Test
  void int8IsOffByHalfALevelOfTheBlocksLargestAtMost() {
    byte[] arrived = thereAndBack(PseudoGradients.INT8);
    int blockBytes = 4 * PseudoGradients.BLOCK;
    for (int first = 0; first < arrived.length; first += blockBytes) {
      int end = Math.min(first + blockBytes, arrived.length);
      double largest = 0;
      for (int at = first; at < end; at += 4) {
        largest = Math.max(largest, Math.abs(difference(REPLICA, at)));
      }
      for (int at = first; at < end; at += 4) {
        double bound = largest / 254 * 1.001 + Math.ulp(FloatVectors.get(THETA, at));
        assertThat(difference(arrived, at)).isCloseTo(difference(REPLICA, at), within(bound));
      }
    }
  }

  @Test
  void anOutlierCostsItsOwnBlockOnly() {
    byte[] replica = REPLICA.clone();
    FloatVectors.set(replica, 0, 1e6f);
    byte[] sent = codec(PseudoGradients.INT8).encode(THETA, replica);
    byte[] arrived = codec(PseudoGradients.INT8).decode(THETA, sent, 1);
    byte[] undisturbed = thereAndBack(PseudoGradients.INT8);

    int block = 4 * PseudoGradients.BLOCK;
    assertThat(FloatVectors.get(arrived, 0)).isCloseTo(1e6f, within(1f));
    for (int at = block; at < arrived.length; at += 4) {
      assertThat(FloatVectors.get(arrived, at)).isEqualTo(FloatVectors.get(undisturbed, at));
    }
  }

  @ParameterizedTest
  @EnumSource(PseudoGradients.class)
  void aReplicaThatHasNotMovedArrivesWhereItWas(PseudoGradients kind) {
    byte[] sent = codec(kind).encode(THETA, THETA.clone());
    assertThat(codec(kind).decode(THETA, sent, 1)).isEqualTo(THETA);
  }

  @ParameterizedTest
  @EnumSource(PseudoGradients.class)
  void asManyBytesAreSentAsAreAnnounced(PseudoGradients kind) {
    byte[] sent = codec(kind).encode(THETA, REPLICA);
    assertThat(sent).hasSize(Math.toIntExact(kind.encodedBytes(LENGTH)));
    assertThat(codec(kind).encode(THETA, REPLICA)).isEqualTo(sent);
  }

  @ParameterizedTest
  @EnumSource(PseudoGradients.class)
  void whatALateReplicaSendsIsAppliedInPartToParametersThatHaveMovedOn(PseudoGradients kind) {
    PseudoGradientCodec codec = new PseudoGradientCodec(kind, true);
    byte[] now = moved(THETA, random(3, 1e-2));

    byte[] arrived = codec.decode(now, codec.encode(THETA, REPLICA), 0.5);

    double coarsest = 1e-3 * 4 / 127;
    for (int at = 0; at < arrived.length; at += 4) {
      double expected = FloatVectors.get(now, at) - 0.5 * difference(REPLICA, at);
      assertThat((double) FloatVectors.get(arrived, at)).isCloseTo(expected, within(coarsest));
    }
  }

  private static PseudoGradientCodec codec(PseudoGradients kind) {
    return new PseudoGradientCodec(kind, false);
  }

  private static byte[] thereAndBack(PseudoGradients kind) {
    byte[] sent = codec(kind).encode(THETA, REPLICA);
    return codec(kind).decode(THETA, sent, 1);
  }

  private static double difference(byte[] replica, int at) {
    return (double) FloatVectors.get(THETA, at) - FloatVectors.get(replica, at);
  }

  private static byte[] random(long seed, double scale) {
    Random random = new Random(seed);
    byte[] vector = new byte[4 * LENGTH];
    for (int at = 0; at < vector.length; at += 4) {
      FloatVectors.set(vector, at, (float) (scale * random.nextGaussian()));
    }
    return vector;
  }

  private static byte[] moved(byte[] theta, byte[] by) {
    byte[] moved = new byte[theta.length];
    for (int at = 0; at < moved.length; at += 4) {
      FloatVectors.set(moved, at, FloatVectors.get(theta, at) - FloatVectors.get(by, at));
    }
    return moved;
  }
}
