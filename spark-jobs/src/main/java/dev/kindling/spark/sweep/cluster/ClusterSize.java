package dev.kindling.spark.sweep.cluster;

import dev.kindling.spark.report.Words;
import dev.kindling.spark.sweep.SweepRun;
import dev.kindling.spark.sweep.fit.Figures;
import dev.kindling.spark.sweep.fit.TextTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the size of the cluster does to speed and to loss: the content of {@code cluster.json}.
 *
 * @param rows of every group of runs that differ in W and H only, rising in W, then in H
 * @param law that the exponents belong to
 * @param w exponent of the number of replicas
 * @param h exponent of the local steps
 * @param confidence of the intervals
 * @param runs that the exponents come from
 * @param groups that these runs form; every group has a level of its own, its L(N, D)
 */
public record ClusterSize(
    List<ClusterRow> rows,
    String law,
    Exponent w,
    Exponent h,
    double confidence,
    int runs,
    int groups) {
  /** The law of the losses. */
  public static final String LAW = "ln L(N, D, W, H) = ln L(N, D) + w ln W + h ln H";

  /** Keeps an unmodifiable copy. */
  public ClusterSize {
    rows = List.copyOf(rows);
  }

  /** The same for the console. */
  public List<String> lines() {
    List<List<String>> table = new ArrayList<>();
    table.add(
        List.of(
            "run",
            "W",
            "H",
            "batch",
            "efficiency",
            "tokens/s",
            "bytes/step",
            "loss at equal tokens",
            "at equal wall-clock",
            "among runs of"));
    rows.forEach(row -> table.add(cells(row)));
    List<String> lines = new ArrayList<>(new TextTable(table).lines());
    Map<String, List<String>> notes = new LinkedHashMap<>();
    rows.stream()
        .filter(row -> !row.note().isEmpty())
        .forEach(
            row ->
                notes
                    .computeIfAbsent(row.note(), note -> new ArrayList<>())
                    .add(String.valueOf(row.run())));
    notes.forEach((note, runs) -> lines.add("run " + String.join(", ", runs) + ": " + note));
    lines.addAll(List.of(law, "w  " + words(w), "h  " + words(h)));
    return lines;
  }

  private static List<String> cells(ClusterRow row) {
    return List.of(
        String.valueOf(row.run()),
        String.valueOf(row.replicas()),
        String.valueOf(row.localSteps()),
        Words.number(row.replicaBatchSize()),
        row.efficiency() == null
            ? "-"
            : String.format(Locale.ROOT, "%.2f", row.efficiency())
                + (row.scaling() == null ? "" : " " + row.scaling()),
        Words.number(Math.round(row.tokensPerSecond())),
        Words.bytes(Math.round(row.bytesPerStep())),
        String.format(Locale.ROOT, "%.4f", row.lossAtEqualTokens()),
        row.lossAtEqualSeconds() == null
            ? "-"
            : String.format(
                Locale.ROOT,
                "%.4f (%s)",
                row.lossAtEqualSeconds(),
                Words.duration(row.equalSeconds())),
        SweepRun.briefly(row.group()));
  }

  private String words(Exponent exponent) {
    if (exponent.value() == null) {
      return exponent.reason();
    }
    return Figures.of(exponent.value())
        + (exponent.low() == null
            ? " (" + exponent.reason() + ")"
            : String.format(
                Locale.ROOT,
                "  %.0f %% interval [%s, %s]",
                100 * confidence,
                Figures.of(exponent.low()),
                Figures.of(exponent.high())));
  }
}
