package dev.kindling.spark.sweep.fit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one table says: the law of Hoffmann et al., and what needs no law of N and D together.
 *
 * @param chinchilla the fit behind {@code law}
 * @param law L = E + A / N^α + B / D^β
 * @param byParameters the trend of the best losses over N
 * @param byTokens over D
 * @param byCompute over C
 * @param isoFlop profiles of runs of equal compute
 */
record TableFit(
    FormFit chinchilla,
    ScalingLaw law,
    Optional<KaplanTrend> byParameters,
    Optional<KaplanTrend> byTokens,
    Optional<KaplanTrend> byCompute,
    IsoFlop isoFlop) {
  static final int NUM_COEFFICIENTS = 5;

  /** Fits without knowing anything. */
  static TableFit of(List<Run> runs) {
    FitData data = FitData.of(runs);
    return of(runs, data, new VariableProjection(new ChinchillaForm(), data).fit());
  }

  /** Fits the same models with other losses: the way down starts where this fit is. */
  TableFit refit(List<Run> runs) {
    FitData data = FitData.of(runs);
    return of(
        runs,
        data,
        new VariableProjection(new ChinchillaForm(), data).fitFrom(chinchilla.exponents()));
  }

  private static TableFit of(List<Run> runs, FitData data, FormFit chinchilla) {
    return new TableFit(
        chinchilla,
        ScalingLaw.of(chinchilla, data),
        KaplanTrend.of(runs, Run::parameters),
        KaplanTrend.of(runs, Run::tokens),
        KaplanTrend.of(runs, Run::compute),
        IsoFlop.of(runs));
  }

  /**
   * All estimates by name.
   *
   * @param budgets whose best models begin with {@code optima/i}, by their places
   * @param frontier budgets whose best models begin with {@code frontier/i}
   */
  Map<String, Double> estimates(List<Double> budgets, List<Double> frontier) {
    Map<String, Double> estimates = new LinkedHashMap<>();
    estimates.put("chinchilla/E", law.irreducible());
    estimates.put("chinchilla/A", law.modelFactor());
    estimates.put("chinchilla/B", law.dataFactor());
    estimates.put("chinchilla/alpha", law.alpha());
    estimates.put("chinchilla/beta", law.beta());
    estimates.put("chinchilla/parametersExponent", law.parametersExponent());
    estimates.put("chinchilla/tokensExponent", law.tokensExponent());
    put(estimates, "kaplan/byParameters", byParameters);
    put(estimates, "kaplan/byTokens", byTokens);
    put(estimates, "kaplan/byCompute", byCompute);
    isoFlop
        .parameters()
        .ifPresent(
            line -> {
              estimates.put("isoFlop/parametersFactor", line.scale());
              estimates.put("isoFlop/parametersExponent", line.exponent());
              estimates.put("isoFlop/tokensExponent", 1 - line.exponent());
            });
    for (int i = 0; i < isoFlop.profiles().size(); i++) {
      String name = "isoFlop/profiles/" + i;
      isoFlop.profiles().get(i).optimum().ifPresent(best -> put(estimates, name, best));
    }
    for (int i = 0; i < budgets.size(); i++) {
      put(estimates, "optima/" + i, law.optimum(budgets.get(i)));
    }
    for (int i = 0; i < frontier.size(); i++) {
      put(estimates, "frontier/" + i, law.optimum(frontier.get(i)));
    }
    return estimates;
  }

  private static void put(
      Map<String, Double> estimates, String name, Optional<KaplanTrend> optional) {
    optional.ifPresent(
        trend -> {
          estimates.put(name + "/scale", trend.scale());
          estimates.put(name + "/exponent", trend.exponent());
        });
  }

  private static void put(Map<String, Double> estimates, String name, Allocation best) {
    estimates.put(name + "/parameters", best.parameters());
    estimates.put(name + "/tokens", best.tokens());
    estimates.put(name + "/tokensPerParameter", best.tokensPerParameter());
    estimates.put(name + "/loss", best.loss());
  }
}
