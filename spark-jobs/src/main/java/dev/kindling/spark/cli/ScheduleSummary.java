package dev.kindling.spark.cli;

import dev.kindling.spark.parallel.schedule.PipelineSchedule;
import dev.kindling.spark.parallel.schedule.SimulatedSchedule;
import dev.kindling.spark.report.Html;
import dev.kindling.spark.report.Page;
import dev.kindling.spark.report.Words;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What simulated schedules cost, as lines and as a page.
 *
 * @param schedules to compare
 * @param activationBytes of one micro-batch on one rank; null if that is not known
 */
record ScheduleSummary(List<SimulatedSchedule> schedules, Long activationBytes) {
  private static final MathContext SECONDS_DIGITS = new MathContext(4);
  private static final List<String> COLUMNS =
      List.of("schedule", "rank", "computes", "waits", "bubble", "most activations");

  /** {@code 1f1b: 4 ranks, 8 micro-batches: 33 s, bubble 27.3 %}. */
  static String title(SimulatedSchedule simulated) {
    PipelineSchedule schedule = simulated.schedule();
    String chunks =
        schedule.numChunks() == 1 ? "" : " with " + schedule.numChunks() + " virtual stages each";
    return schedule.kind()
        + ": "
        + Words.count(schedule.numRanks(), "rank")
        + chunks
        + ", "
        + schedule.numMicroBatches()
        + (schedule.numMicroBatches() == 1 ? " micro-batch" : " micro-batches")
        + ": "
        + seconds(simulated.totalSeconds())
        + ", bubble "
        + percent(simulated.bubble());
  }

  /** A table. */
  List<String> lines() {
    List<List<String>> rows = new ArrayList<>(List.of(COLUMNS));
    rows.addAll(rows());
    List<Integer> widths = new ArrayList<>();
    for (int column = 0; column < COLUMNS.size(); column++) {
      int index = column;
      widths.add(Collections.max(rows.stream().map(row -> row.get(index).length()).toList()));
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < COLUMNS.size(); column++) {
        line.append(row.get(column))
            .append(" ".repeat(2 + widths.get(column) - row.get(column).length()));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  /** A page with the timelines, the table, and what could not be simulated. */
  String page(List<String> notes) {
    StringBuilder body = new StringBuilder();
    for (SimulatedSchedule simulated : schedules) {
      body.append(simulated.timeline(title(simulated)).toHtml());
    }
    notes.forEach(note -> body.append("<p>").append(Html.escape(note)).append("</p>\n"));
    body.append("<table>\n").append(row("th", COLUMNS));
    rows().forEach(row -> body.append(row("td", row)));
    body.append("</table>\n");
    return Page.of("Pipeline schedules", "Pipeline schedules", body.toString());
  }

  private static String row(String tag, List<String> cells) {
    return cells.stream()
        .map(cell -> "<" + tag + ">" + Html.escape(cell) + "</" + tag + ">")
        .collect(Collectors.joining("", "<tr>", "</tr>\n"));
  }

  private List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    for (SimulatedSchedule simulated : schedules) {
      for (int rank = 0; rank < simulated.schedule().numRanks(); rank++) {
        rows.add(
            List.of(
                rank == 0 ? simulated.schedule().kind().label() : "",
                String.valueOf(rank),
                seconds(simulated.busySeconds(rank)),
                seconds(simulated.idleSeconds(rank)),
                percent(simulated.bubble(rank)),
                activations(simulated, rank)));
      }
    }
    return rows;
  }

  private String activations(SimulatedSchedule simulated, int rank) {
    PipelineSchedule schedule = simulated.schedule();
    double microBatches = (double) simulated.peakPasses(rank) / schedule.numChunks();
    String number =
        microBatches == Math.rint(microBatches)
            ? String.valueOf((long) microBatches)
            : String.format(Locale.ROOT, "%.2f", microBatches);
    String text = number + (microBatches == 1 ? " micro-batch" : " micro-batches");
    if (activationBytes == null) {
      return text;
    }
    List<Long> bytesPerStage =
        Collections.nCopies(schedule.numStages(), activationBytes / schedule.numChunks());
    return text + ", " + Words.bytes(simulated.peakBytes(rank, bytesPerStage));
  }

  private static String seconds(double seconds) {
    BigDecimal rounded = BigDecimal.valueOf(seconds).round(SECONDS_DIGITS);
    return rounded.stripTrailingZeros().toPlainString() + " s";
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * part);
  }
}
