package dev.kindling.spark.sweep.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VariableProjectionTest {
  /** 10⁻⁶ as a share, in percent. */
  private static final double MILLIONTH = 1e-4;

  private static final ScalingLaw TRUTH = PublishedLaw.CHINCHILLA.law();

  @ParameterizedTest
  @CsvSource({
    "1.69337368, 406.401018, 410.722827, 0.33917084, 0.2849083",
    "1.8172, 482.01, 2085.43, 0.3478, 0.3658",
    "0.5, 20, 30, 0.2, 0.15",
    "2.5, 5000, 100000, 0.5, 0.6",
    "0.1, 3, 5, 0.05, 0.08",
    "1e-3, 1e4, 50, 0.9, 0.11"
  })
  void exactLossesGiveTheCoefficientsBack(double e, double a, double b, double alpha, double beta) {
    ScalingLaw truth = new ScalingLaw(e, a, b, alpha, beta);

    TableFit fit = TableFit.of(Tables.grid(6, 8, truth::loss));

    assertThat(fit.law().irreducible()).isCloseTo(e, withinPercentage(MILLIONTH));
    assertThat(fit.law().modelFactor()).isCloseTo(a, withinPercentage(MILLIONTH));
    assertThat(fit.law().dataFactor()).isCloseTo(b, withinPercentage(MILLIONTH));
    assertThat(fit.law().alpha()).isCloseTo(alpha, withinPercentage(MILLIONTH));
    assertThat(fit.law().beta()).isCloseTo(beta, withinPercentage(MILLIONTH));
    assertThat(Convergence.doubts(fit.chinchilla(), List.of("E", "A", "B"), List.of("α", "β")))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"8.8e13, 5.4e13, 0.076, 0.103", "1e12, 3e12, 0.15, 0.1"})
  void exactLossesGiveKaplansCoefficientsBack(double nc, double dc, double alphaN, double alphaD) {
    KaplanLaw truth = new KaplanLaw(nc, dc, alphaN, alphaD);

    KaplanFit fit = KaplanFit.of(Tables.grid(6, 8, truth::loss));

    assertThat(fit.law().parametersScale()).isCloseTo(nc, withinPercentage(MILLIONTH));
    assertThat(fit.law().tokensScale()).isCloseTo(dc, withinPercentage(MILLIONTH));
    assertThat(fit.law().alphaN()).isCloseTo(alphaN, withinPercentage(MILLIONTH));
    assertThat(fit.law().alphaD()).isCloseTo(alphaD, withinPercentage(MILLIONTH));
    assertThat(fit.fit().converged()).isTrue();
  }

  @Test
  void sixRunsAreEnough() {
    List<Run> grid = Tables.grid(3, 3, TRUTH::loss);
    List<Run> six =
        List.of(grid.get(0), grid.get(1), grid.get(2), grid.get(3), grid.get(6), grid.get(8));

    TableFit fit = TableFit.of(six);

    assertThat(fit.law().alpha()).isCloseTo(TRUTH.alpha(), withinPercentage(MILLIONTH));
    assertThat(fit.law().beta()).isCloseTo(TRUTH.beta(), withinPercentage(MILLIONTH));
  }

  /** Least squares would follow them. */
  @Test
  void runsThatWentAstrayPullLittle() {
    List<Run> runs = new ArrayList<>(Tables.grid(6, 8, TRUTH::loss));
    for (int astray : List.of(5, 17, 29, 41)) {
      Run run = runs.get(astray);
      runs.set(astray, new Run(run.parameters(), run.tokens(), 1.5 * run.loss()));
    }

    ScalingLaw law = TableFit.of(runs).law();

    assertThat(law.irreducible()).isCloseTo(TRUTH.irreducible(), within(0.01));
    assertThat(law.alpha()).isCloseTo(TRUTH.alpha(), within(0.005));
    assertThat(law.beta()).isCloseTo(TRUTH.beta(), within(0.005));
  }

  @Test
  void noStepDownIsLeftWhereTheFitEnds() {
    List<Run> runs = Tables.noisy(Tables.grid(6, 8, TRUTH::loss), 0.01, 7);
    FitData data = FitData.of(runs);
    VariableProjection projection = new VariableProjection(new ChinchillaForm(), data);

    FormFit fit = projection.fit();

    for (int j = 0; j < SeparableForm.NUM_EXPONENTS; j++) {
      for (double move : new double[] {-1e-2, -1e-3, 1e-3, 1e-2}) {
        double[] moved = fit.exponents().clone();
        moved[j] += move;
        FormFit there = projection.project(moved);
        assertThat(there.objective()).isGreaterThan(fit.objective());
        assertThat(projection.fitFrom(moved).objective())
            .isCloseTo(fit.objective(), withinPercentage(1e-3));
      }
    }
  }

  @Test
  void aLawWithoutIrreducibleLossIsFlagged() {
    ScalingLaw truth = new ScalingLaw(0, 20, 30, 0.2, 0.15);
    List<Run> runs = Tables.noisy(Tables.grid(6, 8, truth::loss), 0.02, 4);

    FormFit fit = TableFit.of(runs).chinchilla();

    assertThat(fit.coefficients()[0]).isZero();
    assertThat(Convergence.doubts(fit, List.of("E", "A", "B"), List.of("α", "β")))
        .containsExactly("E is 0: the runs do not show this term");
  }

  /** The tokens change these losses by 0.03 % at most, in a valley that bends. */
  @Test
  void aSearchThatTakesTooLongIsFlagged() {
    KaplanLaw truth = new KaplanLaw(1e12, 3e10, 0.2, 0.1);

    FormFit fit = KaplanFit.of(Tables.grid(6, 8, truth::loss)).fit();

    assertThat(fit.converged()).isFalse();
    assertThat(Convergence.doubts(fit, List.of("Nc", "Dc"), List.of("αN / αD", "αD")))
        .contains("the search ended after 1000 steps before the objective was flat");
  }

  @Test
  void lossesThatTokensDoNotChangeAreFlagged() {
    ScalingLaw truth = new ScalingLaw(1, 20, 0, 0.2, 0.3);

    FormFit fit = TableFit.of(Tables.noisy(Tables.grid(6, 8, truth::loss), 0.01, 3)).chinchilla();

    assertThat(Convergence.doubts(fit, List.of("E", "A", "B"), List.of("α", "β"))).isNotEmpty();
  }
}
