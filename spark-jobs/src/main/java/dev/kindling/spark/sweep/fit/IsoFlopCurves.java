package dev.kindling.spark.sweep.fit;

import dev.kindling.spark.report.Axis;
import dev.kindling.spark.report.Chart;
import dev.kindling.spark.report.Look;
import dev.kindling.spark.report.Look.Colour;
import dev.kindling.spark.report.Look.Shape;
import dev.kindling.spark.report.Mark.Line;
import dev.kindling.spark.report.Mark.Point;
import dev.kindling.spark.report.Mark.Points;
import dev.kindling.spark.report.Notation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * Loss over the size of the model at equal compute: what each budget is best spent on (figure 3 of
 * Hoffmann et al. 2022). Where no runs share a budget, the same curves of the fitted law.
 *
 * @param chart may be empty, where there is neither
 * @param note what a reader must know of it
 */
record IsoFlopCurves(Chart chart, String note) {
  private static final int MAX_BUDGETS = 7;
  private static final int NUM_CROSS_SECTIONS = 5;
  private static final int POINTS_OF_A_CURVE = 40;

  /** How far a cross-section reaches to both sides of the best model. */
  private static final double REACH = 8;

  private static final Look LOWEST = new Look(Colour.INK, Shape.CROSS, false);

  static IsoFlopCurves of(List<Run> runs, Optional<FittedLaw> fitted) {
    List<IsoFlopProfile> profiles =
        IsoFlop.of(runs).profiles().stream()
            .filter(profile -> profile.parabola().isPresent())
            .toList();
    if (!profiles.isEmpty()) {
      return measured(profiles);
    }
    String why = "No three sizes of model were trained with the same compute (within 10 %)";
    Optional<ScalingLaw> law = fitted.map(FittedLaw::law).filter(ScalingLaw::hasOptima);
    return law.isPresent()
        ? new IsoFlopCurves(
            crossSections(law.get(), DataRange.of(runs).compute()),
            why + ": these are cross-sections of the fitted law, not measurements.")
        : new IsoFlopCurves(
            empty(), why + ", and there is no fitted law with a best model for a budget.");
  }

  private static Chart empty() {
    return new Chart(
        "IsoFLOP curves: loss against model size at equal compute",
        Axis.logarithmic("parameters N", Notation.COUNT),
        Axis.linear("loss", Notation.PLAIN));
  }

  private static IsoFlopCurves measured(List<IsoFlopProfile> profiles) {
    Chart chart = empty();
    List<Point> lowest = new ArrayList<>();
    List<IsoFlopProfile> shown = Sample.evenly(profiles, MAX_BUDGETS);
    for (int i = 0; i < shown.size(); i++) {
      IsoFlopProfile profile = shown.get(i);
      DataRange.Span sizes = DataRange.Span.of(profile.runs(), Run::parameters);
      DoubleUnaryOperator parabola = profile.parabola().orElseThrow()::loss;
      List<Point> points =
          profile.runs().stream()
              .map(run -> new Point(run.parameters(), run.loss(), Sample.note(run)))
              .toList();
      chart =
          chart
              .with(new Line("", Look.of(i), curve(sizes, parabola), false))
              .with(new Points(name(profile.budget()), Look.of(i), points));
      profile.optimum().ifPresent(best -> lowest.add(point(best)));
    }
    String note =
        shown.size() < profiles.size()
            ? String.format(" %d of %d budgets are shown.", shown.size(), profiles.size())
            : "";
    return new IsoFlopCurves(
        chart.with(new Points("lowest point", LOWEST, lowest)),
        "A parabola in ln N through the runs of each budget; where they enclose its lowest point,"
            + " that is the best model for the budget."
            + note);
  }

  private static Chart crossSections(ScalingLaw law, DataRange.Span compute) {
    Chart chart = empty();
    List<Point> lowest = new ArrayList<>();
    List<Double> budgets = compute.spread(NUM_CROSS_SECTIONS);
    for (int i = 0; i < budgets.size(); i++) {
      double budget = budgets.get(i);
      Allocation best = law.optimum(budget);
      DataRange.Span sizes =
          new DataRange.Span(best.parameters() / REACH, best.parameters() * REACH);
      DoubleUnaryOperator loss = n -> law.loss(n, budget / Run.FLOPS_PER_PARAMETER_AND_TOKEN / n);
      chart = chart.with(new Line(name(budget), Look.of(i), curve(sizes, loss), false));
      lowest.add(point(best));
    }
    return chart.with(new Points("lowest point", LOWEST, lowest));
  }

  private static List<Point> curve(DataRange.Span sizes, DoubleUnaryOperator loss) {
    return sizes.spread(POINTS_OF_A_CURVE).stream()
        .map(n -> new Point(n, loss.applyAsDouble(n)))
        .toList();
  }

  private static Point point(Allocation best) {
    return new Point(
        best.parameters(),
        best.loss(),
        Sample.note(new Run(best.parameters(), best.tokens(), best.loss())));
  }

  private static String name(double budget) {
    return "C = " + Notation.SCIENTIFIC.label(budget);
  }
}
