package dev.kindling.spark.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.sweep.cluster.ClusterAnalysis;
import dev.kindling.spark.sweep.cluster.ClusterRun;
import dev.kindling.spark.sweep.cluster.ClusterSize;
import dev.kindling.spark.sweep.cluster.Efficiency;
import dev.kindling.spark.sweep.cluster.ValidationPoint;
import dev.kindling.spark.sweep.fit.FitJob;
import dev.kindling.spark.sweep.fit.FitSettings;
import dev.kindling.spark.sweep.fit.FitSummary;
import dev.kindling.spark.sweep.fit.RunColumns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;

/** What is written about all runs together. */
final class SweepTables {
  static final String FAILED = "failed.json";
  static final String CLUSTER = "cluster.json";

  private static final int NUM_RESAMPLES = 1000;
  private static final long SEED = 1;

  /** What has a column of its own in any case. */
  private static final Set<String> OWN_COLUMNS =
      Set.of(Combination.TOKENS, Combination.REPLICAS, Combination.LOCAL_STEPS);

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** A finished run, and which of the sweep it is. */
  private record Finished(SweepEntry entry, RunRecord record) {}

  private final Configuration hadoop;
  private final SweepDirectory directory;

  SweepTables(Configuration hadoop, SweepDirectory directory) {
    this.hadoop = hadoop;
    this.directory = directory;
  }

  /** Writes the table of finished runs, and what has become of failed ones. */
  void write(List<FailedRun> failed) {
    List<Finished> finished = finished();
    List<String> keys =
        finished.stream()
            .flatMap(run -> run.entry().settings().keySet().stream())
            .filter(key -> !OWN_COLUMNS.contains(key))
            .distinct()
            .toList();
    SweepTable table =
        new SweepTable(
            rows(finished), finished.stream().map(run -> run.record().config()).toList(), keys);
    directory.write(SweepTable.CSV, table.toCsv());
    directory.write(SweepTable.PARQUET, file -> table.writeParquet(hadoop, file));
    if (failed.isEmpty()) {
      directory.delete(FAILED);
    } else {
      directory.write(FAILED, json(failed));
    }
  }

  /** Fits the law and compares cluster sizes, of all finished runs. */
  SweepResult analyse(List<FailedRun> failed) {
    List<Finished> finished = finished();
    ClusterSize cluster =
        ClusterAnalysis.of(finished.stream().map(run -> clusterRun(run, curve(run))).toList());
    directory.write(CLUSTER, json(cluster));
    Optional<FitSummary> fit = Optional.empty();
    String noFit = "";
    try {
      FitSettings settings =
          new FitSettings(
              new RunColumns("parameters", "tokens", "loss"),
              List.of(),
              false,
              NUM_RESAMPLES,
              SEED);
      fit =
          Optional.of(
              FitJob.run(hadoop, directory.resolve(SweepTable.CSV), settings, Optional.empty()));
      directory.write(FitJob.RESULT, json(fit.get().fit()));
    } catch (InvalidInputException e) {
      noFit = e.getMessage();
      directory.delete(FitJob.RESULT);
    }
    return new SweepResult(rows(finished), failed, fit, noFit, cluster);
  }

  private List<Finished> finished() {
    List<Finished> finished = new ArrayList<>();
    for (SweepEntry entry : directory.entries()) {
      directory.record(entry).ifPresent(record -> finished.add(new Finished(entry, record)));
    }
    return finished;
  }

  /** The rows, with efficiencies. */
  private static List<SweepRun> rows(List<Finished> finished) {
    List<ClusterRun> runs = finished.stream().map(run -> clusterRun(run, List.of())).toList();
    return runs.stream()
        .map(run -> run.row().withEfficiency(Efficiency.of(run, runs).value()))
        .toList();
  }

  private static ClusterRun clusterRun(Finished run, List<ValidationPoint> curve) {
    Map<String, String> shared = new LinkedHashMap<>(run.entry().settings());
    shared.remove(Combination.REPLICAS);
    shared.remove(Combination.LOCAL_STEPS);
    String group =
        shared.entrySet().stream()
            .map(setting -> setting.getKey() + "=" + setting.getValue())
            .collect(Collectors.joining(" "));
    return new ClusterRun(
        run.record().row(), group, run.record().steps(), run.record().ranks(), curve);
  }

  /** The validation losses of a run, at the wall-clock of the rounds before them. */
  private List<ValidationPoint> curve(Finished run) {
    List<ValidationPoint> curve = new ArrayList<>();
    double seconds = 0;
    for (JsonNode line : directory.files(run.entry()).readMetrics()) {
      switch (line.path("event").asText()) {
        case "round" -> seconds += line.path("seconds").asDouble();
        case "evaluation" ->
            curve.add(
                new ValidationPoint(
                    seconds,
                    line.path("validation_loss").asDouble(),
                    line.path("full").asBoolean()));
        default -> {
          // Steps and timelines say nothing about this.
        }
      }
    }
    return curve;
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records of numbers and names are always JSON", e);
    }
  }
}
