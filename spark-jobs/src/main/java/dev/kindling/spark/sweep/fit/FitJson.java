package dev.kindling.spark.sweep.fit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * {@code fit.json}: every estimate as {@code {value, low, high, resamples}}. Where fewer than 90 %
 * of the resamples gave a value, {@code low} and {@code high} are null.
 */
final class FitJson {
  private static final int VERSION = 1;

  private final ScalingFit fit;
  private final TableFit table;
  private final DataRange range;

  private FitJson(ScalingFit fit) {
    this.fit = fit;
    this.table = fit.table();
    this.range = DataRange.of(fit.runs());
  }

  static ObjectNode of(ScalingFit fit) {
    return new FitJson(fit).write();
  }

  private ObjectNode write() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("version", VERSION);
    ObjectNode data = json.putObject("table");
    data.put("runs", fit.runs().size());
    span(data.putObject("parameters"), range.parameters());
    span(data.putObject("tokens"), range.tokens());
    span(data.putObject("compute"), range.compute());
    ObjectNode method = json.putObject("method");
    method.put("huberDelta", VariableProjection.HUBER_DELTA);
    method.put("flopsPerParameterAndToken", Run.FLOPS_PER_PARAMETER_AND_TOKEN);
    method.put("resamples", fit.settings().numResamples());
    method.put("seed", fit.settings().seed());
    method.put("confidence", Bootstrap.CONFIDENCE);
    chinchilla(json.putObject("chinchilla"));
    kaplan(json.putObject("kaplan"));
    isoFlop(json.putObject("isoFlop"));
    frontier(json.putArray("frontier"));
    optima(json.putArray("optima"));
    published(json.putArray("published"));
    return json;
  }

  private static void span(ObjectNode json, DataRange.Span span) {
    json.put("least", span.least()).put("greatest", span.greatest());
  }

  private void chinchilla(ObjectNode json) {
    for (String name :
        List.of("E", "A", "B", "alpha", "beta", "parametersExponent", "tokensExponent")) {
      json.set(name, estimate("chinchilla/" + name));
    }
    json.put("rootMeanSquareOfLogLoss", fit.error(table.law()::loss));
    convergence(json, table.chinchilla(), List.of("E", "A", "B"), List.of("alpha", "beta"));
  }

  private void kaplan(ObjectNode json) {
    for (String name : List.of("Nc", "Dc", "alphaN", "alphaD")) {
      json.set(name, estimate("kaplan/" + name));
    }
    json.put("rootMeanSquareOfLogLoss", fit.error(fit.kaplan().law()::loss));
    convergence(json, fit.kaplan().fit(), List.of("Nc", "Dc"), List.of("alphaN/alphaD", "alphaD"));
    trend(json, "byParameters", table.byParameters());
    trend(json, "byTokens", table.byTokens());
    trend(json, "byCompute", table.byCompute());
  }

  private void trend(ObjectNode json, String name, Optional<KaplanTrend> optional) {
    json.putNull(name);
    optional.ifPresent(
        trend -> {
          ObjectNode node = json.putObject(name);
          node.set("scale", estimate("kaplan/" + name + "/scale"));
          node.set("exponent", estimate("kaplan/" + name + "/exponent"));
          node.put("runs", trend.numRuns());
        });
  }

  private static void convergence(
      ObjectNode json, FormFit fit, List<String> coefficients, List<String> exponents) {
    json.put("objective", fit.objective());
    ObjectNode node = json.putObject("convergence");
    node.put("converged", fit.converged());
    node.put("steps", fit.steps());
    node.put("starts", fit.numStarts());
    node.put("startsAgreeing", fit.numAgreeing());
    ArrayNode doubts = node.putArray("doubts");
    Convergence.doubts(fit, coefficients, exponents).forEach(doubts::add);
  }

  private void isoFlop(ObjectNode json) {
    boolean isThere = table.isoFlop().parameters().isPresent();
    for (String name : List.of("parametersFactor", "parametersExponent", "tokensExponent")) {
      json.set(name, isThere ? estimate("isoFlop/" + name) : null);
    }
    ArrayNode profiles = json.putArray("profiles");
    for (int i = 0; i < table.isoFlop().profiles().size(); i++) {
      IsoFlopProfile profile = table.isoFlop().profiles().get(i);
      ObjectNode node = profiles.addObject();
      node.put("budget", profile.budget());
      node.put("runs", profile.runs().size());
      node.put("enclosesAnOptimum", profile.optimum().isPresent());
      if (profile.optimum().isPresent()) {
        allocation(node, "isoFlop/profiles/" + i);
      }
    }
  }

  private void frontier(ArrayNode frontier) {
    List<Double> budgets = fit.frontier();
    for (int i = 0; i < budgets.size(); i++) {
      ObjectNode node = frontier.addObject();
      node.put("budget", budgets.get(i));
      allocation(node, "frontier/" + i);
    }
  }

  private void optima(ArrayNode optima) {
    List<Double> budgets = fit.settings().budgets();
    for (int i = 0; i < budgets.size(); i++) {
      ObjectNode node = optima.addObject();
      node.put("budget", budgets.get(i));
      allocation(node, "optima/" + i);
      node.put("extrapolates", range.beyond(table.law().optimum(budgets.get(i))).orElse(null));
    }
  }

  private void allocation(ObjectNode json, String prefix) {
    for (String name : List.of("parameters", "tokens", "tokensPerParameter", "loss")) {
      json.set(name, estimate(prefix + "/" + name));
    }
  }

  private void published(ArrayNode json) {
    for (PublishedLaw published : PublishedLaw.ALL) {
      ScalingLaw law = published.law();
      ObjectNode node = json.addObject();
      node.put("source", published.source());
      node.put("E", law.irreducible()).put("A", law.modelFactor()).put("B", law.dataFactor());
      node.put("alpha", law.alpha()).put("beta", law.beta());
      node.put("parametersExponent", law.parametersExponent());
      node.put("rootMeanSquareOfLogLoss", fit.error(law::loss));
      ArrayNode optima = node.putArray("optima");
      for (double budget : fit.settings().budgets()) {
        Allocation best = law.optimum(budget);
        optima
            .addObject()
            .put("budget", budget)
            .put("parameters", best.parameters())
            .put("tokens", best.tokens())
            .put("tokensPerParameter", best.tokensPerParameter())
            .put("loss", best.loss());
      }
    }
  }

  private ObjectNode estimate(String name) {
    Interval interval = fit.intervals().get(name);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    double value = fit.estimates().get(name);
    // JSON has no infinity: a trend that does not fall has no scale.
    json.put("value", Double.isFinite(value) ? Double.valueOf(value) : null);
    json.put("low", interval == null ? null : interval.low());
    json.put("high", interval == null ? null : interval.high());
    json.put("resamples", interval == null ? null : interval.numResamples());
    return json;
  }
}
