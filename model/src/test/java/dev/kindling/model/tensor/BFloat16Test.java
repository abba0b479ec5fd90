package dev.kindling.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** BF16 through the tensors that hold it. */
class BFloat16Test {
  private static final int NUM_PATTERNS = 1 << Short.SIZE;

  private final OffHeapMemory memory = OffHeapMemory.allocate(DType.BF16, NUM_PATTERNS);
  private final Tensor tensor = memory.tensor(0, DType.BF16, NUM_PATTERNS);

  @AfterEach
  void close() {
    memory.close();
  }

  private double rounded(double value) {
    Tensor first = tensor.slice(1, 1);
    first.setDoubles(new double[] {value});
    return first.toDoubles()[0];
  }

  @Test
  void everyNumberSurvivesThatItCanHold() {
    byte[] bytes = new byte[2 * NUM_PATTERNS];
    for (int bits = 0; bits < NUM_PATTERNS; bits++) {
      bytes[2 * bits] = (byte) bits;
      bytes[2 * bits + 1] = (byte) (bits >>> Byte.SIZE);
    }
    tensor.writeBytes(0, NUM_PATTERNS, bytes, 0);
    double[] values = tensor.toDoubles();
    double[] expected = new double[NUM_PATTERNS];
    Arrays.setAll(expected, bits -> Float.intBitsToFloat(bits << Short.SIZE));
    assertThat(values).isEqualTo(expected);
    tensor.setDoubles(values);
    assertThat(tensor.toDoubles()).isEqualTo(values);
  }

  @Test
  void halfwayGoesToTheEvenNeighbour() {
    assertThat(rounded(0x1.01p0)).isEqualTo(1);
    assertThat(rounded(0x1.03p0)).isEqualTo(0x1.04p0);
    assertThat(rounded(-0x1.01p0)).isEqualTo(-1);
    assertThat(rounded(-0x1.03p0)).isEqualTo(-0x1.04p0);
  }

  /** Through a single in between, the first would be a tie. */
  @Test
  void doublesAreRoundedOnce() {
    assertThat(rounded(0x1.0100000001p0)).isEqualTo(0x1.02p0);
    assertThat(rounded(0x1.00ffffffffp0)).isEqualTo(1);
  }

  @Test
  void whatIsTooLargeBecomesInfinite() {
    assertThat(rounded(0x1.FEFFFFp127)).isEqualTo(0x1.FEp127);
    assertThat(rounded(0x1.FFp127)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(rounded(-1e300)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(rounded(Double.POSITIVE_INFINITY)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(rounded(Double.NEGATIVE_INFINITY)).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void whatIsTooSmallBecomesSubnormalAndThenZero() {
    assertThat(rounded(0x1.8p-133)).isEqualTo(0x1p-132);
    assertThat(rounded(0x1p-134)).isZero();
    assertThat(rounded(0x1.0001p-134)).isEqualTo(0x1p-133);
    assertThat(rounded(-0.0)).isEqualTo(-0.0);
  }

  /** A payload in the lower half alone must not make it an infinity. */
  @Test
  void whatIsNotANumberStaysSo() {
    assertThat(rounded(Double.NaN)).isNaN();
    assertThat(rounded(Float.intBitsToFloat(0x7F800001))).isNaN();
  }

  /** All singles but for the lower byte of the half that is cut off, which ties do not need. */
  @Test
  void singlesAreRoundedAsDoublesAre() {
    for (int upper = 0; upper < 1 << 24; upper++) {
      for (int bits : new int[] {upper << Byte.SIZE, upper << Byte.SIZE | 1}) {
        float value = Float.intBitsToFloat(bits);
        float rounded = BFloat16.toFloat(BFloat16.fromFloat(value));
        float expected = BFloat16.toFloat(BFloat16.fromDouble(value));
        if (Float.floatToIntBits(rounded) != Float.floatToIntBits(expected)) {
          fail("%s becomes %s, and as a double %s", value, rounded, expected);
        }
      }
    }
  }
}
