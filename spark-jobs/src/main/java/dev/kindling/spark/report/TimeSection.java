package dev.kindling.spark.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;

/**
 * The part of a report that says where the time went.
 *
 * @param rounds the lines of rounds, oldest first; none in runs that were recorded before
 * @param steps the line of a pipeline's step, where there is a pipeline
 */
record TimeSection(List<JsonNode> rounds, List<JsonNode> steps) {
  private static final int MOST_ROUNDS = 8;

  String toHtml() {
    if (rounds.isEmpty()) {
      return "";
    }
    int numRounds = rounds.size();
    List<JsonNode> latest = rounds.subList(Math.max(0, numRounds - MOST_ROUNDS), numRounds);
    StringBuilder out = new StringBuilder("<h2>Where the time went</h2>\n");
    if (latest.size() > 1) {
      out.append(new RoundTimelines(latest).timeline().toHtml());
    }
    RoundTimelines last = new RoundTimelines(rounds.subList(numRounds - 1, numRounds));
    out.append(last.timeline().toHtml());
    out.append(
            "<p class=\"quiet\">start: until the model is ready to receive parameters. wait: for other")
        .append(
            " ranks within steps, drawn behind what the rank computes; then until Spark has moved")
        .append(" what is handed out. Between rounds there are evaluations and checkpoints.");
    if (last.numMoreRows() > 0) {
      out.append(String.format(Locale.ROOT, " %,d more rows are not shown.", last.numMoreRows()));
    }
    out.append("</p>\n").append(new RoundTable(rounds.get(numRounds - 1)).toHtml());
    steps.forEach(step -> out.append(new PipelineTimelines(step).toHtml()));
    return out.toString();
  }
}
