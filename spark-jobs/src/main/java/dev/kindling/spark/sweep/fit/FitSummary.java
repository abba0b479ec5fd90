package dev.kindling.spark.sweep.fit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.spark.report.Html;
import dev.kindling.spark.report.Page;
import dev.kindling.spark.report.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * What {@code fit.json} says, as lines and as a page.
 *
 * @param fit its content
 */
public record FitSummary(JsonNode fit) {
  private static final String LAW = "L(N, D) = E + A / N^α + B / D^β";

  /** A part: its heading, a table, and what there is to say about it. */
  private record Part(String heading, TextTable table, List<String> notes) {}

  /** For the console. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>(List.of(data()));
    for (Part part : parts()) {
      lines.add("");
      lines.add(part.heading());
      lines.addAll(part.table().lines());
      lines.addAll(part.notes());
    }
    return lines;
  }

  /** One HTML page, with the runs that the fit is of. */
  String page(List<Run> runs) {
    return Page.of(
        "Scaling laws",
        "Scaling laws",
        paragraph(data()) + new FitCharts(runs, Optional.of(this)).toHtml() + tables());
  }

  /**
   * A number with its interval, in words.
   *
   * @param value with four digits
   * @param interval such as {@code 95 % interval [1.6, 1.9]}; empty where there is none
   */
  public record Estimate(String value, String interval) {}

  /** E, the loss that no model and no data come below. */
  public Estimate irreducible() {
    JsonNode own = fit.path("chinchilla").path("E");
    String interval = interval(own);
    return new Estimate(
        number(own.path("value")), interval.isEmpty() ? "" : confidence() + " " + interval);
  }

  /** Every estimate in tables, as a part of a page. */
  public String tables() {
    StringBuilder body = new StringBuilder();
    for (Part part : parts()) {
      body.append("<h2>").append(Html.escape(part.heading())).append("</h2>\n");
      body.append(part.table().toHtml());
      part.notes().forEach(note -> body.append(paragraph(note)));
    }
    return body.toString();
  }

  private static String paragraph(String text) {
    return "<p>" + Html.escape(text) + "</p>\n";
  }

  private List<Part> parts() {
    List<Part> parts = new ArrayList<>(List.of(chinchilla(), kaplan(), isoFlop()));
    if (!fit.path("optima").isEmpty()) {
      parts.add(optima());
    }
    return parts;
  }

  private String data() {
    JsonNode table = fit.path("table");
    return Words.count(table.path("runs").asLong(), "run")
        + ": parameters "
        + span(table.path("parameters"))
        + ", tokens "
        + span(table.path("tokens"))
        + ", FLOPs "
        + span(table.path("compute"));
  }

  private static String span(JsonNode span) {
    return number(span.path("least")) + " to " + number(span.path("greatest"));
  }

  private Part chinchilla() {
    JsonNode own = fit.path("chinchilla");
    List<JsonNode> published = list(fit.path("published"));
    List<List<String>> rows = new ArrayList<>();
    List<String> header = new ArrayList<>(List.of("", "these runs", confidence()));
    published.forEach(law -> header.add(law.path("source").asText()));
    rows.add(header);
    coefficient(rows, "E", "E");
    coefficient(rows, "A", "A");
    coefficient(rows, "B", "B");
    coefficient(rows, "α", "alpha");
    coefficient(rows, "β", "beta");
    coefficient(rows, "a in N ∝ C^a", "parametersExponent");
    String error = "rootMeanSquareOfLogLoss";
    List<String> errors = new ArrayList<>(List.of("error of ln L", number(own.path(error)), ""));
    published.forEach(law -> errors.add(number(law.path(error))));
    rows.add(errors);
    return new Part(LAW, new TextTable(rows), convergence(own));
  }

  private void coefficient(List<List<String>> rows, String title, String name) {
    JsonNode own = fit.path("chinchilla").path(name);
    List<String> row = new ArrayList<>(List.of(title, number(own.path("value")), interval(own)));
    list(fit.path("published")).forEach(law -> row.add(number(law.path(name))));
    rows.add(row);
  }

  private Part kaplan() {
    JsonNode kaplan = fit.path("kaplan");
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("", "exponent", confidence(), "scale", confidence()));
    power(rows, "N, jointly", kaplan.path("alphaN"), kaplan.path("Nc"));
    power(rows, "D, jointly", kaplan.path("alphaD"), kaplan.path("Dc"));
    trend(rows, "N alone", kaplan.path("byParameters"));
    trend(rows, "D alone", kaplan.path("byTokens"));
    trend(rows, "C alone", kaplan.path("byCompute"));
    List<String> notes = new ArrayList<>(convergence(kaplan));
    notes.add("error of ln L, jointly: " + number(kaplan.path("rootMeanSquareOfLogLoss")));
    return new Part(
        "Kaplan et al. 2020: L(N, D) = ((Nc / N)^(αN / αD) + Dc / D)^αD, and L(x) = (xc / x)^α of"
            + " the best runs",
        new TextTable(rows),
        notes);
  }

  private static void trend(List<List<String>> rows, String title, JsonNode trend) {
    if (trend.isObject()) {
      power(rows, title, trend.path("exponent"), trend.path("scale"));
    } else {
      rows.add(List.of(title, "fewer than 3 best runs", "", "", ""));
    }
  }

  private static void power(
      List<List<String>> rows, String title, JsonNode exponent, JsonNode scale) {
    rows.add(
        List.of(
            title,
            number(exponent.path("value")),
            interval(exponent),
            number(scale.path("value")),
            interval(scale)));
  }

  private Part isoFlop() {
    JsonNode isoFlop = fit.path("isoFlop");
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("FLOPs", "runs", "best parameters", confidence(), "tokens", "loss"));
    for (JsonNode profile : isoFlop.path("profiles")) {
      JsonNode parameters = profile.path("parameters");
      rows.add(
          List.of(
              number(profile.path("budget")),
              profile.path("runs").asText(),
              parameters.isObject() ? number(parameters.path("value")) : "not enclosed",
              interval(parameters),
              number(profile.path("tokens").path("value")),
              number(profile.path("loss").path("value"))));
    }
    JsonNode exponent = isoFlop.path("parametersExponent");
    String line =
        exponent.isObject()
            ? "N ∝ C^a with a = " + number(exponent.path("value")) + " " + interval(exponent)
            : "no power law: fewer than 2 budgets whose runs enclose an optimum";
    return new Part(
        "IsoFLOP profiles: a parabola in ln N for every budget",
        new TextTable(rows),
        List.of(line.stripTrailing()));
  }

  private Part optima() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("FLOPs", "law", "parameters", "tokens", "tokens per parameter", "loss"));
    List<String> notes = new ArrayList<>();
    for (int i = 0; i < fit.path("optima").size(); i++) {
      JsonNode own = fit.path("optima").path(i);
      String budget = number(own.path("budget"));
      rows.add(
          List.of(
              budget,
              "these runs",
              withInterval(own.path("parameters")),
              withInterval(own.path("tokens")),
              withInterval(own.path("tokensPerParameter")),
              withInterval(own.path("loss"))));
      for (JsonNode law : fit.path("published")) {
        JsonNode other = law.path("optima").path(i);
        rows.add(
            List.of(
                "",
                law.path("source").asText(),
                number(other.path("parameters")),
                number(other.path("tokens")),
                number(other.path("tokensPerParameter")),
                number(other.path("loss"))));
      }
      if (own.path("extrapolates").isTextual()) {
        notes.add("extrapolated: " + budget + " asks for " + own.path("extrapolates").asText());
      }
    }
    return new Part("The best model for a budget", new TextTable(rows), notes);
  }

  private static List<String> convergence(JsonNode law) {
    JsonNode convergence = law.path("convergence");
    List<String> lines = new ArrayList<>();
    list(convergence.path("doubts")).forEach(doubt -> lines.add("doubtful: " + doubt.asText()));
    if (lines.isEmpty()) {
      lines.add(
          "converged; "
              + convergence.path("startsAgreeing").asInt()
              + " of "
              + Words.count(convergence.path("starts").asLong(), "start")
              + " agree");
    }
    return lines;
  }

  private String confidence() {
    return number(100 * fit.path("method").path("confidence").asDouble()) + " % interval";
  }

  private static String withInterval(JsonNode estimate) {
    return (number(estimate.path("value")) + " " + interval(estimate)).stripTrailing();
  }

  private static String interval(JsonNode estimate) {
    return estimate.path("low").isNumber()
        ? "[" + number(estimate.path("low")) + ", " + number(estimate.path("high")) + "]"
        : "";
  }

  private static String number(JsonNode number) {
    return number.isNumber() ? number(number.asDouble()) : "";
  }

  private static String number(double number) {
    return Figures.of(number);
  }

  private static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }
}
