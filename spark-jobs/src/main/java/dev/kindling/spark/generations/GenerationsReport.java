package dev.kindling.spark.generations;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.spark.config.Generation;
import dev.kindling.spark.report.Axis;
import dev.kindling.spark.report.Chart;
import dev.kindling.spark.report.Html;
import dev.kindling.spark.report.Look;
import dev.kindling.spark.report.Mark;
import dev.kindling.spark.report.Notation;
import dev.kindling.spark.report.Page;
import dev.kindling.spark.report.PngChart;
import dev.kindling.spark.report.RunFiles;
import dev.kindling.spark.report.SvgChart;
import dev.kindling.spark.report.Tiles;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.sweep.fit.TextTable;
import dev.kindling.spark.wordvectors.WordVectors;
import dev.kindling.spark.wordvectors.WordVectorsDirectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * All models as one HTML page that needs nothing but itself, and its charts as PNG.
 *
 * @param name of the directory
 * @param heldOut the text that was predicted
 * @param entropy bits per byte that no model can get below, where it is known
 * @param rows of finished models, in the order of history
 * @param curves of models trained by gradients: tokens read and bits per byte
 * @param neighbours of frequent words, a row each: the word and those near it
 * @param failed models that were given up
 */
record GenerationsReport(
    String name,
    HeldOut heldOut,
    OptionalDouble entropy,
    List<ModelRow> rows,
    Map<String, List<Mark.Point>> curves,
    List<List<String>> neighbours,
    List<FailedModel> failed) {
  /** The page. */
  static final String PAGE = "report.html";

  /** Bits per byte against speed. */
  static final String SPEED_IMAGE = "bits-per-byte.png";

  /** Bits per byte against tokens read. */
  static final String CURVES_IMAGE = "learning-curves.png";

  private static final int NUM_WORDS = 8;
  private static final int NUM_NEIGHBOURS = 6;
  private static final int LEAST_LETTERS = 4;

  /** Reads what the models have written of themselves. */
  static GenerationsReport of(
      Configuration hadoop,
      GenerationsPlan plan,
      GenerationsDirectory directory,
      List<FailedModel> failed) {
    Map<String, List<Mark.Point>> curves = new LinkedHashMap<>();
    List<List<String>> neighbours = List.of();
    for (ModelRow row : directory.rows()) {
      Path model = directory.resolve(row.model());
      if (row.model().equals(Generation.WORD2VEC.toString())) {
        neighbours = neighbours(WordVectorsDirectory.read(hadoop, model));
      } else if (!row.model().equals(Generation.NGRAM.toString())) {
        curves.put(row.model(), curve(new RunFiles(hadoop, model), row, plan.heldOut()));
      }
    }
    return new GenerationsReport(
        directory.name(),
        plan.heldOut(),
        directory.entropy(),
        directory.rows(),
        curves,
        neighbours,
        failed);
  }

  /**
   * Writes the page and the charts.
   *
   * @param written gets the names of the files
   * @return what could not be drawn, a line each: machines without fonts draw no PNG
   */
  List<String> write(GenerationsDirectory directory, List<String> written) {
    directory.write(PAGE, page());
    written.add(PAGE);
    List<String> missing = new ArrayList<>();
    Map<String, Chart> images = new LinkedHashMap<>();
    images.put(SPEED_IMAGE, againstSpeed());
    images.put(CURVES_IMAGE, learningCurves());
    images.values().removeIf(Chart::isEmpty);
    images.forEach(
        (file, chart) -> {
          try {
            directory.write(file, PngChart.of(chart));
            written.add(file);
          } catch (IllegalStateException e) {
            missing.add(file + " is not there: " + e.getMessage());
          }
        });
    return missing;
  }

  private String page() {
    StringBuilder body = new StringBuilder();
    body.append(tiles());
    body.append("<h2>The same text, the same budget</h2>\n");
    body.append(GenerationsTable.of(rows, entropy, heldOut).toHtml());
    GenerationsTable.NOTES.forEach(note -> body.append(paragraph("quiet", note)));
    for (Chart chart : List.of(againstSpeed(), learningCurves())) {
      body.append(chart.isEmpty() ? "" : SvgChart.of(chart));
    }
    body.append("<h2>In the order of history</h2>\n");
    Verdict.of(rows).lines().forEach(line -> body.append(paragraph("lines", line)));
    body.append("<h2>What each generation bought</h2>\n").append(history().toHtml());
    if (!neighbours.isEmpty()) {
      List<List<String>> table = new ArrayList<>();
      table.add(List.of("word", "nearest by their vectors"));
      table.addAll(neighbours);
      body.append("<h2>Words that word2vec finds alike</h2>\n")
          .append(new TextTable(table).toHtml());
    }
    if (!failed.isEmpty()) {
      body.append("<h2>Models that failed</h2>\n");
      failed.forEach(each -> body.append(paragraph("lines", each.model() + ": " + each.reason())));
    }
    return Page.of(name + ": generations", name, body.toString());
  }

  private String tiles() {
    Tiles tiles =
        new Tiles()
            .with(
                "Held-out text",
                Words.bytes(heldOut.bytes()),
                Words.count(heldOut.tokens(), "token") + " that no model was trained on");
    best()
        .ifPresent(
            row ->
                tiles.with(
                    "Best model",
                    row.model(),
                    String.format(Locale.ROOT, "%.4f bits per byte", row.bitsPerByte())));
    entropy.ifPresent(
        bits ->
            tiles.with(
                "Entropy",
                String.format(Locale.ROOT, "%.4f", bits),
                "bits per byte that no model can get below"));
    return tiles.toHtml();
  }

  private Optional<ModelRow> best() {
    return rows.stream()
        .filter(row -> row.bitsPerByte() != null)
        .min(Comparator.comparingDouble(ModelRow::bitsPerByte));
  }

  /** A table of what was new, with the paper. */
  private static TextTable history() {
    List<List<String>> table = new ArrayList<>();
    table.add(List.of("generation", "what it bought", "paper"));
    for (Generation generation : Generation.values()) {
      table.add(List.of(generation.toString(), generation.bought(), generation.paper()));
    }
    return new TextTable(table);
  }

  private Chart againstSpeed() {
    Chart chart =
        new Chart(
            "Bits per byte against speed of training",
            Axis.logarithmic("tokens per second", Notation.COUNT),
            Axis.linear("bits per byte of held-out text", Notation.PLAIN));
    for (ModelRow row : rows) {
      if (row.bitsPerByte() != null && row.tokensPerSecond() != null) {
        String note =
            String.format(Locale.ROOT, "%s: %.4f bits per byte", row.model(), row.bitsPerByte());
        chart =
            chart.with(
                new Mark.Points(
                    row.model(),
                    look(row.model()),
                    List.of(new Mark.Point(row.tokensPerSecond(), row.bitsPerByte(), note))));
      }
    }
    return withEntropy(chart);
  }

  private Chart learningCurves() {
    Chart chart =
        new Chart(
            "Bits per byte against tokens read",
            Axis.fromZero("training tokens", Notation.COUNT),
            Axis.linear("bits per byte of held-out text", Notation.PLAIN));
    for (Map.Entry<String, List<Mark.Point>> curve : curves.entrySet()) {
      chart =
          chart.with(new Mark.Line(curve.getKey(), look(curve.getKey()), curve.getValue(), true));
    }
    if (chart.isEmpty()) {
      return chart;
    }
    for (ModelRow row : rows) {
      if (row.model().equals(Generation.NGRAM.toString())) {
        chart = chart.with(new Chart.Level("ngram, of the whole split", row.bitsPerByte()));
      }
    }
    return withEntropy(chart);
  }

  private Chart withEntropy(Chart chart) {
    return entropy.isPresent() && !chart.isEmpty()
        ? chart.with(new Chart.Level("entropy of the text", entropy.getAsDouble()))
        : chart;
  }

  /** The same in every chart, whatever else is there. */
  private static Look look(String model) {
    return Look.of(
        Arrays.stream(Generation.values()).map(Generation::toString).toList().indexOf(model));
  }

  private static List<Mark.Point> curve(RunFiles run, ModelRow row, HeldOut heldOut) {
    JsonNode summary = run.readJson(RunFiles.SUMMARY);
    double tokensPerStep = row.tokens() / summary.path("steps").asDouble();
    List<Mark.Point> points = new ArrayList<>();
    for (JsonNode line : run.readMetrics()) {
      if (line.path("event").asText().equals("evaluation")) {
        points.add(
            new Mark.Point(
                line.path("step").asLong() * tokensPerStep,
                heldOut.bitsPerByte(line.path("validation_loss").asDouble())));
      }
    }
    return points;
  }

  private static List<List<String>> neighbours(WordVectors vectors) {
    return vectors.words().stream()
        .filter(word -> word.word().codePointCount(0, word.word().length()) >= LEAST_LETTERS)
        .limit(NUM_WORDS)
        .map(
            word ->
                List.of(
                    word.word(),
                    vectors.neighbours(word.word(), NUM_NEIGHBOURS).stream()
                        .map(near -> near.word().word())
                        .collect(Collectors.joining(" "))))
        .toList();
  }

  private static String paragraph(String style, String text) {
    return "<p class=\"" + style + "\">" + Html.escape(text) + "</p>\n";
  }
}
