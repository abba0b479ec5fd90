package dev.kindling.spark.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.spark.report.Timeline.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A step of a pipeline as it was, above what its schedule promises.
 *
 * @param step the line of the step
 */
record PipelineTimelines(JsonNode step) {
  String toHtml() {
    JsonNode measured = step.path("measured");
    JsonNode expected = step.path("expected");
    String schedule = step.path("schedule").asText();
    String words =
        String.format(
            Locale.ROOT,
            "In step %s the ranks of a pipeline waited %.1f %% of its %s (the bubble). In a %s"
                + " schedule whose passes take as long, stage by stage, and whose messages take"
                + " no time, they wait %.1f %% of %s.",
            Words.number(step.path("step").asLong()),
            100 * measured.path("bubble").asDouble(),
            seconds(measured),
            schedule,
            100 * expected.path("bubble").asDouble(),
            seconds(expected));
    return "<p>"
        + Html.escape(words)
        + "</p>\n"
        + timeline("Step " + step.path("step").asLong() + ", measured", measured).toHtml()
        + timeline("The same passes under " + schedule + ", simulated", expected).toHtml();
  }

  private static String seconds(JsonNode schedule) {
    return String.format(Locale.ROOT, "%.3f s", schedule.path("seconds").asDouble());
  }

  /** What a schedule's ranks do, and between that, wait. */
  Timeline timeline(String title, JsonNode schedule) {
    List<String> rows = new ArrayList<>();
    for (JsonNode rank : step.path("ranks")) {
      rows.add(TaskSlot.nameOfRank(rank));
    }
    List<String> kinds = new ArrayList<>();
    schedule.path("kinds").forEach(kind -> kinds.add(kind.asText()));
    List<Span> spans = new ArrayList<>();
    double[] ends = new double[rows.size()];
    for (JsonNode pass : schedule.path("passes")) {
      int row = pass.path(0).asInt();
      Span span =
          new Span(
              row,
              kinds.get(pass.path(1).asInt()),
              pass.path(2).asText(),
              pass.path(3).asDouble(),
              pass.path(4).asDouble());
      addWait(spans, row, ends[row], span.start());
      spans.add(span);
      ends[row] = span.end();
    }
    double end = Arrays.stream(ends).max().orElse(0);
    for (int row = 0; row < ends.length; row++) {
      addWait(spans, row, ends[row], end);
    }
    kinds.add(Timeline.WAIT);
    return new Timeline(title, rows, kinds, spans);
  }

  private static void addWait(List<Span> spans, int row, double start, double end) {
    if (end > start) {
      spans.add(new Span(row, Timeline.WAIT, "", start, end));
    }
  }
}
