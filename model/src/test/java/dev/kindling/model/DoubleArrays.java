package dev.kindling.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Comparisons of long arrays that name the first element that differs. */
public final class DoubleArrays {
  private DoubleArrays() {}

  /** Fails if any two elements differ by more than {@code tolerance}, or one is not a number. */
  public static void assertClose(
      String what, double[] actual, double[] expected, double tolerance) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(actual[i] - expected[i]) <= tolerance)) {
        assertThat(actual[i])
            .as("element %d of %s", i, what)
            .isCloseTo(expected[i], within(tolerance));
      }
    }
  }
}
