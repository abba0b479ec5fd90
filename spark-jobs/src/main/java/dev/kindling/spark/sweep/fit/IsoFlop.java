package dev.kindling.spark.sweep.fit;

import dev.kindling.spark.sweep.fit.PowerLaw.Point;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The IsoFLOP profiles of a table and the power law through their lowest points, N ∝ C^a. It needs
 * no form of the loss, but where α and β differ a parabola is off by some percent for wide grids.
 *
 * @param profiles by budget, of three runs or more
 * @param parameters the best N over C; empty with fewer than two lowest points
 */
public record IsoFlop(List<IsoFlopProfile> profiles, Optional<PowerLaw> parameters) {
  /** Runs whose compute differs by less count as one budget: sizes of models come in steps. */
  private static final double SAME_BUDGET = 1.1;

  private static final int LEAST_RUNS = 3;
  private static final int LEAST_PROFILES = 2;

  static IsoFlop of(List<Run> runs) {
    List<IsoFlopProfile> profiles =
        budgets(runs).stream()
            .filter(budget -> budget.size() >= LEAST_RUNS)
            .map(IsoFlopProfile::of)
            .toList();
    List<Point> optima =
        profiles.stream()
            .flatMap(profile -> profile.optimum().stream())
            .map(optimum -> new Point(optimum.budget(), optimum.parameters()))
            .toList();
    return new IsoFlop(profiles, PowerLaw.through(optima, LEAST_PROFILES));
  }

  private static List<List<Run>> budgets(List<Run> runs) {
    List<List<Run>> budgets = new ArrayList<>();
    double first = 0;
    for (Run run : runs.stream().sorted(Comparator.comparingDouble(Run::compute)).toList()) {
      if (run.compute() > SAME_BUDGET * first) {
        budgets.add(new ArrayList<>());
        first = run.compute();
      }
      budgets.get(budgets.size() - 1).add(run);
    }
    return budgets;
  }
}
