package dev.kindling.data.tokenizer.unigram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import org.junit.jupiter.api.Test;

class DigammaTest {
  private static final double EULER_MASCHERONI = 0.5772156649015329;

  @Test
  void valuesThatAreKnownInClosedForm() {
    assertThat(Digamma.of(1)).isCloseTo(-EULER_MASCHERONI, offset(1e-9));
    assertThat(Digamma.of(0.5)).isCloseTo(-EULER_MASCHERONI - 2 * Math.log(2), offset(1e-9));
    assertThat(Digamma.of(4)).isCloseTo(1 + 0.5 + 1.0 / 3 - EULER_MASCHERONI, offset(1e-9));
  }

  @Test
  void aLargeArgumentIsNearlyTheLogarithmOfAHalfLess() {
    assertThat(Digamma.of(1e9)).isCloseTo(Math.log(1e9 - 0.5), offset(1e-12));
  }
}
