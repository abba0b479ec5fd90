package dev.kindling.model.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DiscountsTest {
  /** By hand: Y = 10 / (10 + 2·5) = 1/2, D1 = 1 - 2·Y·5/10, D2 = 2 - 3·Y·2/5, D3 = 3 - 4·Y·1/2. */
  @Test
  void theyAreThoseOfChenAndGoodman() {
    Discounts discounts = Discounts.estimate(10, 5, 2, 1);

    assertThat(discounts.one()).isCloseTo(0.5, within(1e-15));
    assertThat(discounts.two()).isCloseTo(1.4, within(1e-15));
    assertThat(discounts.threeOrMore()).isCloseTo(2.0, within(1e-15));
    assertThat(discounts.isEstimated()).isTrue();
  }

  @Test
  void countsThatSayNothingGetTheFallback() {
    assertThat(Discounts.estimate(0, 5, 2, 1)).isEqualTo(Discounts.FALLBACK);
    assertThat(Discounts.estimate(10, 0, 2, 1)).isEqualTo(Discounts.FALLBACK);
    assertThat(Discounts.estimate(10, 5, 0, 1)).isEqualTo(Discounts.FALLBACK);
    // D2 = 2 - 3·(1/3)·9/1 and D3 = 3 - 4·(1/3)·9/3 would be below 0.
    assertThat(Discounts.estimate(1, 1, 9, 1)).isEqualTo(Discounts.FALLBACK);
    assertThat(Discounts.estimate(1, 1, 3, 9)).isEqualTo(Discounts.FALLBACK);
    assertThat(Discounts.FALLBACK.isEstimated()).isFalse();
  }

  @Test
  void noneIsMoreThanItsCountOrNothing() {
    assertThatThrownBy(() -> new Discounts(0, 1, 1, true)).hasMessageContaining("more than 0");
    assertThatThrownBy(() -> new Discounts(1, 2.5, 1, true)).hasMessageContaining("count of 2");
    assertThatThrownBy(() -> new Discounts(1, 1, Double.NaN, true))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
