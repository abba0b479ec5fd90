package dev.kindling.spark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScaleTest {
  @Test
  void manyDecadesAreWrittenAsPowersOfTenEvenlyApart() {
    assertThat(new LogScale(2e17, 3e22).ticks(7)).containsExactly(1e18, 1e19, 1e20, 1e21, 1e22);
    assertThat(new LogScale(1, 1e12).ticks(4)).containsExactly(1.0, 1e4, 1e8, 1e12);
  }

  @Test
  void aFewPowersOfTenAreAllWritten() {
    assertThat(new LogScale(1e22, 200 * 1e22).ticks(3).stream().map(Notation.SCIENTIFIC::label))
        .containsExactly("1e22", "1e23", "1e24");
  }

  @Test
  void fewDecadesAreWrittenAsOneTwoFive() {
    assertThat(new LogScale(3e4, 1.5e6).ticks(7)).containsExactly(5e4, 1e5, 2e5, 5e5, 1e6);
    assertThat(new LogScale(0.015, 0.3).ticks(5)).containsExactly(0.02, 0.05, 0.1, 0.2);
  }

  @Test
  void lessThanADecadeIsWrittenAtEvenDifferences() {
    assertThat(new LogScale(1.9, 4.2).ticks(6)).containsExactly(2.0, 2.5, 3.0, 3.5, 4.0);
  }

  @Test
  void equalRatiosAreEqualDistances() {
    LogScale scale = LogScale.around(List.of(1.0, 100.0), 0.25);

    assertThat(scale.min()).isCloseTo(0.316, within(1e-3));
    assertThat(scale.position(scale.min())).isZero();
    assertThat(scale.position(10)).isCloseTo(0.5, within(1e-12));
    assertThat(scale.position(scale.max())).isEqualTo(1);
  }

  @Test
  void aSingleValueStandsInTheMiddle() {
    assertThat(LogScale.around(List.of(3.6, 3.6), 0.06).position(3.6))
        .isCloseTo(0.5, within(1e-12));
    assertThat(LinearScale.around(List.of(3.6), 0.06, false).position(3.6))
        .isCloseTo(0.5, within(1e-12));
    assertThat(LinearScale.around(List.of(0.0), 0.06, true).position(0)).isZero();
  }

  @Test
  void linearTicksAreRoundAndWithin() {
    assertThat(new LinearScale(0, 1.06).ticks(6)).hasSize(6).startsWith(0.0).endsWith(1.0);
    assertThat(new LinearScale(-0.3, 0.7).ticks(4))
        .containsExactly(-0.2, 0.0, 0.2, 0.4, 0.6000000000000001);
  }

  @Test
  void sizesThatAreMarkedStandBesideTheAxisUnlessTheyAreTooMany() {
    List<Double> sizes = List.of(1.0, 2.0, 4.0, 8.0);
    Axis axis = Axis.logarithmic("replicas", Notation.PLAIN).markedAt(sizes);

    assertThat(axis.ticks(axis.around(sizes, 0.02), 4)).isEqualTo(sizes);
    assertThat(axis.ticks(axis.around(sizes, 0.02), 1)).isNotEqualTo(sizes);
  }

  @Test
  void numbersAreSpeltAsTheirFieldSpellsThem() {
    assertThat(List.of(0.0, 2000.0, 0.25, 1e-4, 3.0).stream().map(Notation.PLAIN::label))
        .containsExactly("0", "2,000", "0.25", "1.0e-04", "3");
    assertThat(
            List.of(500.0, 52_416.0, 1_002_240.0, 999_999.0, 7e10, 3e12, 5e15).stream()
                .map(Notation.COUNT::label))
        .containsExactly("500", "52.4K", "1M", "1M", "70B", "3T", "5000T");
    assertThat(List.of(1e12, 2.5e21, 6.03e13, 1.5, 2e-7).stream().map(Notation.SCIENTIFIC::label))
        .containsExactly("1e12", "2.5e21", "6.03e13", "1.5e0", "2e-7");
    assertThat(List.of(0.85, 1.0, -0.0015).stream().map(Notation.PERCENT::label))
        .containsExactly("85 %", "100 %", "-0.15 %");
  }
}
