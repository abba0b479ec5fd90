package dev.kindling.spark.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.spark.report.Timeline.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Rounds of a run as a timeline, with a row for every executor, or for each of the tasks that it
 * runs at once. All of a round is accounted for: what a task does not say is a wait.
 */
final class RoundTimelines {
  private static final int MOST_ROWS = 64;

  /** Rounds begin on a millisecond. */
  private static final double CLOCK_SECONDS = 2e-3;

  private static final List<String> COMPUTE = List.of("compute", "forward", "backward");
  private static final List<String> EXCHANGE = List.of("wait_for_stages", "all_reduce");
  private static final List<String> KINDS =
      List.of("start", "gather", "compute", Timeline.WAIT, "hand out", "average");

  private final List<JsonNode> rounds;
  private final NavigableMap<TaskSlot, List<Piece>> rows = new TreeMap<>();
  private int numMoreRows;

  /** A stretch of a row. */
  private record Piece(String kind, String label, double start, double end) {}

  /**
   * @param timelines the lines of some rounds in a row, oldest first
   */
  RoundTimelines(List<JsonNode> timelines) {
    this.rounds = timelines;
    rounds.forEach(this::add);
    while (rows.size() > MOST_ROWS) {
      rows.pollLastEntry();
      numMoreRows++;
    }
  }

  private void add(JsonNode round) {
    double offset =
        (round.path("start_millis").asLong() - rounds.get(0).path("start_millis").asLong()) / 1e3;
    Map<String, double[]> averages = averages(round);
    List<JsonNode> late = new ArrayList<>();
    for (JsonNode task : round.path("ranks")) {
      if (task.path("late").asBoolean()) {
        late.add(task);
      } else {
        row(task, offset).addAll(pieces(task, round, offset, averages));
      }
    }
    for (JsonNode task : late) {
      row(task, offset + task.path("start").asDouble())
          .addAll(pieces(task, round, offset, averages));
    }
  }

  /** The first row of a task's executor in which it has room. */
  private List<Piece> row(JsonNode task, double start) {
    TaskSlot slot = TaskSlot.of(task);
    while (!slot.isOfDriver() && endOf(rows.get(slot)) > start + CLOCK_SECONDS) {
      slot = slot.next();
    }
    return rows.computeIfAbsent(slot, key -> new ArrayList<>());
  }

  private static double endOf(List<Piece> row) {
    return row == null || row.isEmpty() ? Double.NEGATIVE_INFINITY : row.get(row.size() - 1).end();
  }

  /** By executor, from the beginning of its first outer step to the end of its last. */
  private static Map<String, double[]> averages(JsonNode round) {
    Map<String, double[]> averages = new HashMap<>();
    for (JsonNode task : round.path("averages")) {
      double start = task.path("start").asDouble();
      double end = start + seconds(task, List.of("average"));
      averages.merge(
          task.path("executor").asText(),
          new double[] {start, end},
          (a, b) -> new double[] {Math.min(a[0], b[0]), Math.max(a[1], b[1])});
    }
    return averages;
  }

  private static List<Piece> pieces(
      JsonNode task, JsonNode round, double offset, Map<String, double[]> averages) {
    double[] average = averages.get(task.path("executor").asText());
    // What is late began in a round before; everything else, with this one.
    double begin = Math.min(0, task.path("start").asDouble());
    Cursor cursor = new Cursor(offset, begin, round.path("seconds").asDouble());
    cursor.to("start", "", task.path("start").asDouble() + seconds(task, List.of("set_up")));
    cursor.forward("gather", "", seconds(task, List.of("gather")));
    cursor.forward("compute", "round " + round.path("round").asLong(), seconds(task, COMPUTE));
    cursor.forward(Timeline.WAIT, "", seconds(task, EXCHANGE));
    cursor.forward("hand out", "", seconds(task, List.of("hand_out")));
    if (average != null) {
      cursor.to(Timeline.WAIT, "", average[0]);
      cursor.to("average", "", average[1]);
    }
    cursor.to(Timeline.WAIT, "", cursor.limit);
    return cursor.pieces;
  }

  /** Lays pieces of a round behind each other, and none beyond its end. */
  private static final class Cursor {
    private final List<Piece> pieces = new ArrayList<>();
    private final double offset;
    private final double limit;
    private double at;

    Cursor(double offset, double begin, double limit) {
      this.offset = offset;
      this.at = begin;
      this.limit = limit;
    }

    void forward(String kind, String label, double seconds) {
      to(kind, label, at + seconds);
    }

    void to(String kind, String label, double end) {
      double reached = Math.max(at, Math.min(end, limit));
      if (reached > at) {
        pieces.add(new Piece(kind, label, offset + at, offset + reached));
      }
      at = reached;
    }
  }

  private static double seconds(JsonNode task, List<String> activities) {
    return activities.stream().mapToDouble(key -> task.path("seconds").path(key).asDouble()).sum();
  }

  /** What is drawn. */
  Timeline timeline() {
    List<String> names = new ArrayList<>();
    List<Span> spans = new ArrayList<>();
    rows.forEach(
        (slot, pieces) -> {
          int row = names.size();
          names.add(slot.name());
          pieces.forEach(
              piece ->
                  spans.add(
                      new Span(row, piece.kind(), piece.label(), piece.start(), piece.end())));
        });
    long first = rounds.get(0).path("round").asLong();
    long last = rounds.get(rounds.size() - 1).path("round").asLong();
    String title = first == last ? "Round " + first : "Rounds " + first + " to " + last;
    return new Timeline(title, names, KINDS, spans);
  }

  /** Rows that there was no room for. */
  int numMoreRows() {
    return numMoreRows;
  }
}
