package dev.kindling.spark.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.spark.report.Chart.Level;
import dev.kindling.spark.report.Mark.Line;
import dev.kindling.spark.report.Mark.Point;
import java.util.List;
import java.util.Locale;

/**
 * A run as one HTML page that needs nothing but itself. It is made of the run's other files only,
 * so it can be made again at any time.
 */
public final class RunReport {
  private final RunFiles files;
  private final JsonNode summary;
  private final JsonNode data;
  private final List<JsonNode> metrics;

  private RunReport(RunFiles files) {
    this.files = files;
    this.summary = files.readJson(RunFiles.SUMMARY);
    this.data = files.readJson(RunFiles.DATA);
    this.metrics = files.readMetrics();
  }

  /** Renders {@code report.html} into the run directory. */
  public static void write(RunFiles files) {
    files.write(RunFiles.REPORT, new RunReport(files).toHtml());
  }

  /** Renders the page. */
  static String render(RunFiles files) {
    return new RunReport(files).toHtml();
  }

  private String toHtml() {
    String name = files.run().getName();
    return Page.of(
        name + ": training report",
        name,
        String.join(
            "\n",
            verdict(),
            tiles(),
            "<h2>Curves</h2>",
            loss() + speed() + learningRate(),
            timelines(),
            text(),
            dataCounts(),
            configuration()));
  }

  private String verdict() {
    if (summary.isMissingNode()) {
      return "<p class=\"quiet\">The run is not finished: these are its numbers so far.</p>";
    }
    double validation = summary.path("validation_loss").asDouble();
    double unigram = summary.path("unigram_loss").asDouble();
    return String.format(
        Locale.ROOT,
        "<p>After %s the model predicts unseen text with <strong>%.3f nats per token</strong>:"
            + " %s the %.3f of a model that only knows how frequent each token is (guessing: %.3f)."
            + "</p>",
        Words.count(summary.path("steps").asLong(), "step"),
        validation,
        validation < unigram ? "better than" : "not better than",
        unigram,
        summary.path("uniform_loss").asDouble());
  }

  private String tiles() {
    Tiles tiles = new Tiles();
    if (!summary.isMissingNode()) {
      double loss = summary.path("validation_loss").asDouble();
      tiles
          .with(
              "Validation loss",
              String.format(Locale.ROOT, "%.4f", loss),
              String.format(Locale.ROOT, "perplexity %.2f per token", Math.exp(loss)))
          .with(
              "Parameters",
              Words.number(summary.path("parameters").asLong()),
              Words.count(summary.path("replicas").asLong(), "replica"))
          .with(
              "Training tokens",
              Words.number(summary.path("tokens").asLong()),
              Words.count(summary.path("rounds").asLong(), "round"))
          .with(
              "Tokens per second",
              Words.number(Math.round(summary.path("tokens_per_second").asDouble())),
              "over " + Words.duration(summary.path("seconds").asDouble()))
          .with(
              "Moved between replicas",
              Words.bytes(summary.path("bytes_moved").asLong()),
              Words.duration(summary.path("averaging_seconds").asDouble()) + " averaging");
    }
    return tiles.toHtml();
  }

  private String loss() {
    Chart chart =
        new Chart("Loss", step(), Axis.linear("nats per token", Notation.PLAIN))
            .with(new Line("training", Look.of(0), points("step", "loss"), false))
            .with(new Line("validation", Look.of(1), points("evaluation", "validation_loss"), true))
            .with(level("uniform", baseline("uniform_loss", "uniformLoss")))
            .with(level("unigram", baseline("unigram_loss", "unigramLoss")))
            .with(level("entropy of the grammar", data.path("entropyFloor").asDouble()));
    return chart.isEmpty()
        ? "<p class=\"quiet\">No step was finished yet.</p>\n"
        : SvgChart.of(chart);
  }

  private String speed() {
    return figure(
        new Chart(
                "Throughput of each round",
                step(),
                Axis.fromZero("tokens per second", Notation.PLAIN))
            .with(
                new Line("all replicas", Look.of(0), points("round", "tokens_per_second"), true)));
  }

  private String learningRate() {
    return figure(
        new Chart("Learning rate", step(), Axis.fromZero("inner optimiser", Notation.PLAIN))
            .with(new Line("learning rate", Look.of(0), points("step", "learning_rate"), false)));
  }

  private static Level level(String name, double loss) {
    // 0 is what was not counted.
    return new Level(
        String.format(Locale.ROOT, "%s %.3f", name, loss), loss > 0 ? loss : Double.NaN);
  }

  private static Axis step() {
    return Axis.fromZero("step", Notation.PLAIN);
  }

  private static String figure(Chart chart) {
    return chart.isEmpty() ? "" : SvgChart.of(chart);
  }

  private double baseline(String inSummary, String inData) {
    return summary.has(inSummary)
        ? summary.get(inSummary).asDouble()
        : data.at("/tokens/" + inData).asDouble();
  }

  private List<Point> points(String event, String value) {
    return lines(event).stream()
        .filter(line -> line.has(value))
        .map(line -> new Point(line.path("step").asDouble(), line.path(value).asDouble()))
        .toList();
  }

  private String timelines() {
    return new TimeSection(lines("timeline"), lines("pipeline_step")).toHtml();
  }

  private List<JsonNode> lines(String event) {
    return metrics.stream().filter(line -> line.path("event").asText().equals(event)).toList();
  }

  private String text() {
    String samples = files.read(RunFiles.SAMPLES);
    return samples.isEmpty()
        ? ""
        : "<h2>What the model writes</h2>\n<pre>" + Html.escape(samples.strip()) + "</pre>\n";
  }

  private String dataCounts() {
    StringBuilder out = new StringBuilder();
    JsonNode cleaning = data.path("cleaning");
    if (cleaning.isObject()) {
      out.append(
          "<table>\n<thead><tr><th>Records</th><th class=\"number\">count</th></tr></thead>");
      row(out, "read", cleaning.path("read"));
      row(out, "kept", cleaning.path("kept"));
      cleaning
          .path("rejected")
          .fields()
          .forEachRemaining(rule -> row(out, "rejected: " + rule.getKey(), rule.getValue()));
      cleaning
          .path("quarantined")
          .fields()
          .forEachRemaining(why -> row(out, "quarantined: " + why.getKey(), why.getValue()));
      row(out, "e-mail addresses masked", cleaning.path("maskedEmails"));
      row(out, "IP addresses masked", cleaning.path("maskedIpAddresses"));
      row(out, "card numbers masked", cleaning.path("maskedCardNumbers"));
      row(out, "telephone numbers masked", cleaning.path("maskedPhoneNumbers"));
      out.append("</table>\n");
    }
    JsonNode tokens = data.path("tokens");
    if (tokens.isObject()) {
      Words.tokenized(tokens)
          .lines()
          .forEach(line -> out.append("<p>").append(Html.escape(line)).append("</p>\n"));
    }
    return out.isEmpty() ? "" : "<h2>The data</h2>\n" + out;
  }

  private static void row(StringBuilder out, String what, JsonNode count) {
    out.append("<tr><td>")
        .append(Html.escape(what))
        .append("</td><td class=\"number\">")
        .append(Words.number(count.asLong()))
        .append("</td></tr>\n");
  }

  private String configuration() {
    String config = files.read(RunFiles.CONFIG);
    return config.isEmpty()
        ? ""
        : "<h2>Configuration</h2>\n<details><summary>config.yaml, every setting of this run"
            + "</summary>\n<pre>"
            + Html.escape(config.strip())
            + "</pre></details>\n";
  }
}
