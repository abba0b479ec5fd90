package dev.kindling.spark.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.spark.parallel.Mesh;
import dev.kindling.spark.parallel.schedule.PipelineSchedule;
import dev.kindling.spark.report.TensorBoardEvents;
import dev.kindling.spark.train.timeline.PipelineStep;
import dev.kindling.spark.train.timeline.RoundTimes;
import dev.kindling.spark.train.timeline.TaskTimes;
import dev.kindling.spark.train.timeline.TimelineLines;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * The lines of {@code metrics.jsonl}: one object per step, per round, per evaluation, per step that
 * a replica left out and per late replica, told apart by {@code event}; and where the time of the
 * latest rounds went.
 *
 * <p>Object stores cannot append, and a file that is appended to outlives the steps that a crash
 * undoes. So the lines are kept here, every checkpoint carries those up to its step, and the file
 * in the run directory is written anew from them: a run that goes on from a checkpoint neither
 * repeats nor misses a step.
 */
final class RunHistory {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** What becomes a curve, and how it is called. */
  private static final Map<String, String> CURVES =
      new TreeMap<>(
          Map.of(
              "loss", "loss/train",
              "validation_loss", "loss/validation",
              "gradient_norm", "optimizer/gradient_norm",
              "learning_rate", "optimizer/learning_rate",
              "tokens_per_second", "speed/tokens_per_second",
              "bytes_moved", "speed/bytes_moved_per_round"));

  private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
  private final TimelineLines timeline = new TimelineLines();
  private final TensorBoardEvents events = new TensorBoardEvents();
  private double seconds;
  private final LossHistory losses = new LossHistory();
  private double lastValidationLoss = Double.NaN;
  private long lastFullEvaluation = -1;

  /** Reads the lines of a checkpoint. */
  static RunHistory parse(byte[] bytes) {
    RunHistory history = new RunHistory();
    try {
      for (String line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
        ObjectNode object = (ObjectNode) MAPPER.readTree(line);
        if (TimelineLines.has(object)) {
          history.timeline.add(object);
        } else {
          history.add(object);
        }
      }
      return history;
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("the checkpoint's metrics are not JSON", e);
    }
  }

  void addRound(RoundReport round) {
    for (StepReport step : round.steps()) {
      if (step.replicas() == 0) {
        continue;
      }
      ObjectNode line = newLine("step", step.step());
      line.put("loss", step.loss());
      line.put("loss_min", step.minLoss());
      line.put("loss_max", step.maxLoss());
      line.put("loss_std", step.lossDeviation());
      line.put("gradient_norm", step.gradientNorm());
      line.put("learning_rate", step.learningRate());
      line.put("tokens", step.tokens());
      add(line);
    }
    round.skipped().forEach(this::addSkipped);
    round.late().forEach(late -> addLate(late, round.last().step()));
    ObjectNode line = newLine("round", round.last().step());
    line.put("round", round.round());
    line.put("replicas", round.replicas());
    line.put("skipped", round.skipped().size());
    line.put("late", round.late().size());
    line.put("tokens", round.last().tokens());
    line.put("bytes_moved", round.bytesMoved());
    line.put("compute_seconds", round.computeSeconds());
    line.put("averaging_seconds", round.averagingSeconds());
    line.put("seconds", round.seconds());
    line.put("tokens_per_second", round.tokensPerSecond());
    add(line);
  }

  private void addLate(LateReplica late, long step) {
    ObjectNode line = newLine("late", step);
    line.put("replica", late.replica());
    line.put("staleness", late.staleness());
    line.put("replica_loss", late.loss());
    add(line);
  }

  /**
   * Where the time of a round went.
   *
   * @param schedule of its pipelines
   */
  void addTimes(RoundReport round, RoundTimes times, Mesh mesh, PipelineSchedule schedule) {
    timeline.addRound(round.last().step(), round.round(), times);
    if (mesh.pipelineParallel() > 1) {
      List<TaskTimes> firstPipeline =
          times.ranks().stream()
              .filter(task -> mesh.replica(task.number()) == 0 && mesh.slice(task.number()) == 0)
              .toList();
      timeline.addStep(round.last().step(), PipelineStep.of(schedule, firstPipeline));
    }
  }

  private void addSkipped(SkippedStep skipped) {
    ObjectNode line = newLine("skipped", skipped.step());
    line.put("replica", skipped.replica());
    line.put("first_sample", skipped.firstSample());
    line.put("samples", skipped.numSamples());
    line.put("cause", skipped.isNonFinite() ? "non-finite" : "spike");
    line.put("loss", skipped.loss());
    line.put("gradient_norm", skipped.gradientNorm());
    add(line);
  }

  /**
   * @param full whether the whole split was measured
   */
  void addEvaluation(long step, double validationLoss, long numTargets, boolean full) {
    ObjectNode line = newLine("evaluation", step);
    line.put("validation_loss", validationLoss);
    line.put("validation_tokens", numTargets);
    line.put("full", full);
    add(line);
  }

  /** The loss over the whole split after {@code step} steps, if it was measured. */
  OptionalDouble fullValidationLoss(long step) {
    return lastFullEvaluation == step
        ? OptionalDouble.of(lastValidationLoss)
        : OptionalDouble.empty();
  }

  /** What the losses so far say of the next ones, and of the steps that were left out. */
  LossHistory losses() {
    return losses;
  }

  /** All of it; the lines about time, of which old ones go, at the end. */
  byte[] toBytes() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(lines.toByteArray());
    timeline.lines().forEach(line -> write(line, all));
    return all.toByteArray();
  }

  /** The same as curves for TensorBoard. */
  byte[] toEvents() {
    return events.toBytes();
  }

  /** Those that grow with every round. */
  int numBytes() {
    return lines.size();
  }

  private static ObjectNode newLine(String event, long step) {
    return MAPPER.createObjectNode().put("event", event).put("step", step);
  }

  private void add(ObjectNode line) {
    remember(line);
    write(line, lines);
  }

  private static void write(ObjectNode line, ByteArrayOutputStream out) {
    try {
      out.writeBytes((MAPPER.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("an object of numbers and names cannot be written", e);
    }
  }

  private void remember(JsonNode line) {
    if (line.path("event").asText().equals("skipped")) {
      losses.addSkipped(line.get("step").longValue(), line.get("replica").intValue());
      return;
    }
    if (line.has("loss")) {
      losses.addStep(line.get("loss").doubleValue(), line.path("loss_std").doubleValue());
    }
    seconds += line.path("seconds").asDouble();
    CURVES.forEach(
        (key, tag) -> {
          if (line.path(key).isNumber()) {
            events.add(tag, line.path("step").longValue(), seconds, line.path(key).doubleValue());
          }
        });
    if (line.path("full").booleanValue()) {
      lastValidationLoss = line.get("validation_loss").doubleValue();
      lastFullEvaluation = line.get("step").longValue();
    }
  }
}
