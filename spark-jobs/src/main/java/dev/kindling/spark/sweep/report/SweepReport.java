package dev.kindling.spark.sweep.report;

import dev.kindling.spark.report.Chart;
import dev.kindling.spark.report.Html;
import dev.kindling.spark.report.Notation;
import dev.kindling.spark.report.Page;
import dev.kindling.spark.report.PngChart;
import dev.kindling.spark.report.Tiles;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.sweep.SweepRun;
import dev.kindling.spark.sweep.cluster.ClusterSize;
import dev.kindling.spark.sweep.fit.Figures;
import dev.kindling.spark.sweep.fit.FitCharts;
import dev.kindling.spark.sweep.fit.FitSummary;
import dev.kindling.spark.sweep.fit.Run;
import dev.kindling.spark.sweep.fit.TextTable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A sweep as one HTML page that needs nothing but itself, and its charts as PNG.
 *
 * @param name of the sweep
 * @param runs that were finished, in the order of the table
 * @param failed the other runs, a line each: what they were and why they ended
 * @param fit of the scaling laws; empty where the runs do not tell them
 * @param noFit why there is no fit; empty where there is one
 * @param cluster what the numbers of replicas and local steps do
 */
public record SweepReport(
    String name,
    List<SweepRun> runs,
    List<String> failed,
    Optional<FitSummary> fit,
    String noFit,
    ClusterSize cluster) {
  /** The page. */
  public static final String PAGE = "report.html";

  /** Loss against compute. */
  public static final String LOSS_IMAGE = "loss-vs-compute.png";

  /** Loss against model size at equal compute. */
  public static final String ISO_FLOP_IMAGE = "isoflop.png";

  /** Efficiency against cluster size. */
  public static final String EFFICIENCY_IMAGE = "efficiency.png";

  /** Keeps unmodifiable copies. */
  public SweepReport {
    runs = List.copyOf(runs);
    failed = List.copyOf(failed);
  }

  /**
   * Writes the page, and every chart that has something to show as a PNG of its own.
   *
   * @return what could not be drawn, a line each: machines without fonts draw no PNG
   */
  public List<String> write(Configuration hadoop, Path directory) {
    write(hadoop, new Path(directory, PAGE), page().getBytes(StandardCharsets.UTF_8));
    List<String> missing = new ArrayList<>();
    images()
        .forEach(
            (file, chart) -> {
              try {
                write(hadoop, new Path(directory, file), PngChart.of(chart));
              } catch (IllegalStateException e) {
                missing.add(file + " is not there: " + e.getMessage());
              }
            });
    return missing;
  }

  /** The page. */
  public String page() {
    StringBuilder body = new StringBuilder();
    if (runs.isEmpty()) {
      body.append(paragraph("No run is finished yet."));
    } else {
      body.append(tiles()).append("<h2>Loss, model size and data</h2>\n").append(charts().toHtml());
    }
    if (fit.isEmpty()) {
      body.append("<p class=\"lines\">No scaling law was fitted: ")
          .append(Html.escape(noFit))
          .append("</p>\n");
    }
    body.append(new ClusterSection(cluster).toHtml());
    fit.ifPresent(law -> body.append(law.tables()));
    if (!failed.isEmpty()) {
      body.append("<h2>Runs that failed</h2>\n");
      failed.forEach(line -> body.append(paragraph(line)));
    }
    if (!runs.isEmpty()) {
      body.append("<h2>Every run</h2>\n").append(table().toHtml());
    }
    return Page.of(name + ": sweep", name, body.toString());
  }

  private Map<String, Chart> images() {
    Map<String, Chart> images = new LinkedHashMap<>();
    if (!runs.isEmpty()) {
      images.put(LOSS_IMAGE, charts().lossAgainstCompute());
      images.put(ISO_FLOP_IMAGE, charts().isoFlop());
    }
    images.put(EFFICIENCY_IMAGE, new ClusterSection(cluster).efficiency());
    images.values().removeIf(Chart::isEmpty);
    return images;
  }

  private FitCharts charts() {
    return new FitCharts(
        runs.stream()
            .map(run -> new Run((double) run.parameters(), (double) run.tokens(), run.loss()))
            .toList(),
        fit);
  }

  private String tiles() {
    SweepRun best = runs.stream().min(Comparator.comparingDouble(SweepRun::loss)).orElseThrow();
    Tiles tiles =
        new Tiles()
            .with(
                "Runs",
                Words.number(runs.size()),
                Words.duration(runs.stream().mapToDouble(SweepRun::seconds).sum()) + " of training")
            .with("Best loss", Figures.of(best.loss()), "nats per token, run " + best.run())
            .with(
                "Its model",
                count(best.parameters()),
                "parameters, " + count(best.tokens()) + " tokens")
            .with(
                "Compute",
                Figures.of(runs.stream().mapToDouble(SweepRun::flops).sum()),
                "FLOPs, 6 N D of all runs");
    fit.ifPresent(
        law -> {
          FitSummary.Estimate irreducible = law.irreducible();
          tiles.with("Irreducible loss E", irreducible.value(), irreducible.interval());
        });
    return tiles.toHtml();
  }

  private TextTable table() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "run",
            "loss",
            "N",
            "without embeddings",
            "D",
            "FLOPs",
            "W",
            "H",
            "wall-clock",
            "tokens/s",
            "efficiency",
            "moved",
            "settings"));
    for (SweepRun run : runs) {
      rows.add(
          List.of(
              String.valueOf(run.run()),
              Figures.of(run.loss()),
              Words.number(run.parameters()),
              Words.number(run.nonEmbeddingParameters()),
              Words.number(run.tokens()),
              Figures.of(run.flops()),
              String.valueOf(run.replicas()),
              String.valueOf(run.localSteps()),
              Words.duration(run.seconds()),
              Words.number(Math.round(run.tokensPerSecond())),
              run.efficiency() == null
                  ? ""
                  : String.format(Locale.ROOT, "%.0f %%", 100 * run.efficiency()),
              Words.bytes(run.bytesMoved()),
              SweepRun.briefly(run.settings())));
    }
    return new TextTable(rows);
  }

  private static String count(long number) {
    return Notation.COUNT.label((double) number);
  }

  private static String paragraph(String text) {
    return "<p>" + Html.escape(text) + "</p>\n";
  }

  private static void write(Configuration hadoop, Path file, byte[] content) {
    try (OutputStream out = file.getFileSystem(hadoop).create(file, true)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
