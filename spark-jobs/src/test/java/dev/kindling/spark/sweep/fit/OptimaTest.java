package dev.kindling.spark.sweep.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.kindling.data.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimaTest {
  private static final double MILLIONTH = 1e-4;

  /** Of α = β, whose IsoFLOP curves are symmetric in ln N. */
  private static final ScalingLaw SYMMETRIC = new ScalingLaw(1.7, 400, 900, 0.3, 0.3);

  @Test
  void theBestModelIsThatOfTheClosedForm() {
    ScalingLaw law = new ScalingLaw(1.69, 406.4, 410.7, 0.34, 0.28);

    Allocation best = law.optimum(5.76e23);

    double factor = Math.pow(0.34 * 406.4 / (0.28 * 410.7), 1 / 0.62);
    assertThat(best.parameters())
        .isCloseTo(factor * Math.pow(9.6e22, 0.28 / 0.62), withinPercentage(MILLIONTH));
    assertThat(best.tokens())
        .isCloseTo(Math.pow(9.6e22, 0.34 / 0.62) / factor, withinPercentage(MILLIONTH));
  }

  /** As others computed them from the published coefficients, for the budget of Chinchilla. */
  @Test
  void publishedLawsGiveTheirKnownOptima() {
    Allocation chinchilla = PublishedLaw.CHINCHILLA.law().optimum(5.76e23);
    Allocation besiroglu = PublishedLaw.BESIROGLU.law().optimum(5.76e23);

    assertThat(chinchilla.parameters()).isCloseTo(4.03e10, withinPercentage(1));
    assertThat(chinchilla.tokensPerParameter()).isCloseTo(59.1, withinPercentage(1));
    assertThat(besiroglu.parameters()).isCloseTo(7.2e10, withinPercentage(1));
    assertThat(besiroglu.tokensPerParameter()).isCloseTo(18.4, withinPercentage(1));
  }

  static List<PublishedLaw> published() {
    return PublishedLaw.ALL;
  }

  @ParameterizedTest
  @MethodSource("published")
  void noOtherModelOfTheSameBudgetIsBetter(PublishedLaw published) {
    ScalingLaw law = published.law();

    Allocation best = law.optimum(1e21);

    assertThat(6 * best.parameters() * best.tokens()).isCloseTo(1e21, withinPercentage(MILLIONTH));
    for (double factor : new double[] {0.5, 0.99, 1.01, 2}) {
      assertThat(law.loss(best.parameters() * factor, best.tokens() / factor))
          .isGreaterThan(best.loss());
    }
  }

  @Test
  void profilesOfASymmetricLawFindItsOptima() {
    List<Double> budgets = List.of(1e18, 1e19, 1e20);
    List<Run> runs =
        Tables.isoFlops(budgets, c -> SYMMETRIC.optimum(c).parameters(), SYMMETRIC::loss);

    IsoFlop isoFlop = IsoFlop.of(runs);

    assertThat(isoFlop.profiles()).hasSize(3);
    for (int i = 0; i < budgets.size(); i++) {
      Allocation found = isoFlop.profiles().get(i).optimum().orElseThrow();
      Allocation best = SYMMETRIC.optimum(budgets.get(i));
      assertThat(found.budget()).isCloseTo(best.budget(), withinPercentage(MILLIONTH));
      assertThat(found.parameters()).isCloseTo(best.parameters(), withinPercentage(MILLIONTH));
      assertThat(found.tokens()).isCloseTo(best.tokens(), withinPercentage(MILLIONTH));
    }
    PowerLaw line = isoFlop.parameters().orElseThrow();
    assertThat(line.exponent()).isCloseTo(0.5, withinPercentage(MILLIONTH));
    assertThat(line.at(1e24))
        .isCloseTo(SYMMETRIC.optimum(1e24).parameters(), withinPercentage(0.01));
  }

  @Test
  void aParabolaIsFoundExactlyWhereverItsRunsLie() {
    List<Run> runs =
        Tables.isoFlops(
            List.of(1e18, 1e20),
            c -> 3 * 0.1 * Math.pow(c, 0.48),
            run ->
                2
                    + 0.05
                        * Math.pow(
                            Math.log(run.parameters() / (0.1 * Math.pow(run.compute(), 0.48))), 2));

    IsoFlop isoFlop = IsoFlop.of(runs);

    PowerLaw line = isoFlop.parameters().orElseThrow();
    assertThat(line.scale()).isCloseTo(0.1, withinPercentage(MILLIONTH));
    assertThat(line.exponent()).isCloseTo(0.48, withinPercentage(MILLIONTH));
    assertThat(isoFlop.profiles().get(0).optimum().orElseThrow().loss())
        .isCloseTo(2, withinPercentage(MILLIONTH));
  }

  @Test
  void budgetsWhoseRunsDoNotEncloseAnOptimumHaveNone() {
    List<Run> runs = new ArrayList<>();
    runs.addAll(
        Tables.isoFlops(
            List.of(1e18), c -> 20 * SYMMETRIC.optimum(c).parameters(), SYMMETRIC::loss));
    runs.addAll(
        Tables.isoFlops(List.of(1e20), c -> SYMMETRIC.optimum(c).parameters(), SYMMETRIC::loss));
    runs.add(new Run(1e8, 1e9, 3));

    IsoFlop isoFlop = IsoFlop.of(runs);

    assertThat(isoFlop.profiles()).hasSize(2);
    assertThat(isoFlop.profiles().get(0).optimum()).isEmpty();
    assertThat(isoFlop.profiles().get(1).optimum()).isPresent();
    assertThat(isoFlop.parameters()).isEmpty();
  }

  @Test
  void trendsFollowTheBestRunsOnly() {
    KaplanTrend law = new KaplanTrend(8.8e13, 0.076, 6);
    List<Run> runs = new ArrayList<>();
    for (Run run : Tables.grid(6, 4, one -> 1)) {
      double best = Math.pow(law.scale() / run.parameters(), law.exponent());
      boolean isLongest = run.tokens() > 0.99 * Tables.GREATEST_TOKENS;
      runs.add(new Run(run.parameters(), run.tokens(), isLongest ? best : 1.3 * best));
    }

    KaplanTrend trend = KaplanTrend.of(runs, Run::parameters).orElseThrow();

    assertThat(trend.scale()).isCloseTo(law.scale(), withinPercentage(MILLIONTH));
    assertThat(trend.exponent()).isCloseTo(law.exponent(), withinPercentage(MILLIONTH));
    assertThat(trend.numRuns()).isEqualTo(6);
  }

  @Test
  void twoBestRunsAreNoTrend() {
    List<Run> runs = List.of(new Run(1e7, 1e9, 3), new Run(1e8, 1e9, 2), new Run(1e9, 1e9, 2.5));

    assertThat(KaplanTrend.of(runs, Run::parameters)).isEmpty();
  }

  @Test
  void tenTimesBeyondTheTableIsTheEnd() {
    List<Run> runs = Tables.grid(6, 8, SYMMETRIC::loss);
    DataRange range = DataRange.of(runs);
    double greatest = 6 * Tables.GREATEST_PARAMETERS * Tables.GREATEST_TOKENS;

    assertThat(range.beyond(SYMMETRIC.optimum(9.9 * greatest))).isEmpty();
    assertThat(range.beyond(SYMMETRIC.optimum(10.1 * greatest)).orElseThrow())
        .startsWith("a budget of 1.818e23 FLOPs, 10.1 times beyond the table");
    assertThat(range.beyond(new Allocation(1e20, 1.01e11, 1.6e8, 2)).orElseThrow())
        .startsWith("a model of 1.01e11 parameters");
    assertThat(range.beyond(new Allocation(1e20, 1.7e11, 0.98e8, 2)).orElseThrow())
        .contains("parameters");
    assertThat(range.beyond(new Allocation(1e20, 5e9, 3.1e12, 2)).orElseThrow())
        .startsWith("training of 3.1e12 tokens");
    assertThatThrownBy(() -> range.require(SYMMETRIC.optimum(1e26)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--budget 1e26 asks for a budget of 1e26 FLOPs")
        .hasMessageContaining("--extrapolate");
  }
}
