package dev.kindling.spark.sweep.fit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The joint law of Kaplan et al. fitted to a table, in the same way as the law of Hoffmann et al.
 *
 * @param fit behind the law
 * @param law with numbers
 */
record KaplanFit(FormFit fit, KaplanLaw law) {
  static final int NUM_COEFFICIENTS = 4;

  /** Fits without knowing anything. */
  static KaplanFit of(List<Run> runs) {
    FitData data = FitData.of(runs);
    return of(data, new VariableProjection(new KaplanForm(), data).fit());
  }

  /** Fits the same models with other losses: the way down starts where this fit is. */
  KaplanFit refit(List<Run> runs) {
    FitData data = FitData.of(runs);
    return of(data, new VariableProjection(new KaplanForm(), data).fitFrom(fit.exponents()));
  }

  private static KaplanFit of(FitData data, FormFit fit) {
    return new KaplanFit(fit, KaplanLaw.of(fit, data));
  }

  /** All estimates by name. */
  Map<String, Double> estimates() {
    Map<String, Double> estimates = new LinkedHashMap<>();
    estimates.put("kaplan/Nc", law.parametersScale());
    estimates.put("kaplan/Dc", law.tokensScale());
    estimates.put("kaplan/alphaN", law.alphaN());
    estimates.put("kaplan/alphaD", law.alphaD());
    return estimates;
  }
}
