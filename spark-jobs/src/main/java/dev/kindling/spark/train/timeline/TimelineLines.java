package dev.kindling.spark.train.timeline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.spark.parallel.schedule.SimulatedSchedule;
import dev.kindling.spark.report.Timeline;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The lines of {@code metrics.jsonl} that say where time went: a {@code timeline} of each of the
 * latest rounds, and the {@code pipeline_step} at the end of the last one. However long a run is,
 * they stay as few.
 */
public final class TimelineLines {
  /** The event of a round's line. */
  public static final String ROUND = "timeline";

  /** The event of a step's line. */
  public static final String STEP = "pipeline_step";

  private static final int MOST_ROUNDS = 50;

  /** Of all lines, about a quarter of a kilobyte each. */
  private static final int MOST_TASKS = 4_000;

  private final Deque<ObjectNode> rounds = new ArrayDeque<>();
  private ObjectNode step;

  /** Whether a line is one of these. */
  public static boolean has(ObjectNode line) {
    String event = line.path("event").asText();
    return event.equals(ROUND) || event.equals(STEP);
  }

  /** Adds the line of another round, or of its last step, and lets old ones go. */
  public void add(ObjectNode line) {
    if (line.path("event").asText().equals(STEP)) {
      step = line;
      return;
    }
    rounds.add(line);
    int numTasks = Math.max(1, line.path("ranks").size() + line.path("averages").size());
    while (rounds.size() > Math.max(1, Math.min(MOST_ROUNDS, MOST_TASKS / numTasks))) {
      rounds.remove();
    }
  }

  /** All lines, oldest first. */
  public List<ObjectNode> lines() {
    List<ObjectNode> lines = new ArrayList<>(rounds);
    if (step != null) {
      lines.add(step);
    }
    return lines;
  }

  /**
   * Adds a round.
   *
   * @param lastStep of the round, from 1
   * @param round its number, from 1
   */
  public void addRound(long lastStep, long round, RoundTimes times) {
    ObjectNode line = newLine(ROUND, lastStep);
    line.put("round", round);
    line.put("start_millis", times.startMillis());
    line.put("seconds", rounded(times.seconds()));
    ArrayNode ranks = line.putArray("ranks");
    for (TaskTimes task : times.ranks()) {
      ObjectNode rank = task(task, "rank", times.startOfRank(task));
      if (times.late().contains(task.number())) {
        rank.put("late", true);
      }
      ranks.add(rank);
    }
    ArrayNode averages = line.putArray("averages");
    times.shards().forEach(task -> averages.add(task(task, "shard", times.startOfShard(task))));
    add(line);
  }

  private static ObjectNode task(TaskTimes task, String name, double start) {
    ObjectNode node = place(task, name);
    node.put("start", rounded(start));
    ObjectNode seconds = node.putObject("seconds");
    for (Activity activity : Activity.values()) {
      if (task.seconds(activity) > 0) {
        seconds.put(activity.key(), rounded(task.seconds(activity)));
      }
    }
    return node;
  }

  private static ObjectNode place(TaskTimes task, String name) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put(name, task.number());
    node.put("executor", task.place().executor());
    node.put("host", task.place().host());
    if (!task.place().gpu().isEmpty()) {
      node.put("gpu", task.place().gpu());
    }
    return node;
  }

  /** Puts a step in the place of the one before. */
  public void addStep(long number, PipelineStep pipeline) {
    ObjectNode line = newLine(STEP, number);
    line.put("schedule", pipeline.measured().schedule().kind().label());
    ArrayNode ranks = line.putArray("ranks");
    pipeline.ranks().forEach(task -> ranks.add(place(task, "rank")));
    line.set("measured", schedule(pipeline.measured()));
    line.set("expected", schedule(pipeline.expected()));
    add(line);
  }

  /** Every pass as its rank in the pipeline, kind, label, start and end. */
  private static ObjectNode schedule(SimulatedSchedule timed) {
    Timeline timeline = timed.timeline("");
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("seconds", rounded(timed.totalSeconds()));
    node.put("bubble", rounded(timed.bubble()));
    ArrayNode kinds = node.putArray("kinds");
    timeline.kinds().forEach(kinds::add);
    ArrayNode passes = node.putArray("passes");
    for (Timeline.Span span : timeline.spans()) {
      passes
          .addArray()
          .add(span.row())
          .add(timeline.kinds().indexOf(span.kind()))
          .add(span.label())
          .add(rounded(span.start()))
          .add(rounded(span.end()));
    }
    return node;
  }

  private static ObjectNode newLine(String event, long step) {
    return JsonNodeFactory.instance.objectNode().put("event", event).put("step", step);
  }

  /** To microseconds: the rest is noise, and digits. */
  private static double rounded(double seconds) {
    return Math.round(seconds * 1e6) / 1e6;
  }
}
