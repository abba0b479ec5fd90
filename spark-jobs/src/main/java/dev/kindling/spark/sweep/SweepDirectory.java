package dev.kindling.spark.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.report.RunFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Where a sweep lies: {@value #STATE} says what its runs have in common and which there are, and
 * each has a directory of its own below {@value #RUNS}. It grows: runs may be added by later calls,
 * and none is forgotten.
 */
final class SweepDirectory {
  static final String STATE = "sweep.json";
  static final String RUNS = "runs";

  private static final int VERSION = 1;
  private static final String FIXED = "fixed";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Configuration hadoop;
  private final Path path;
  private final Map<String, SweepEntry> entries = new LinkedHashMap<>();

  private SweepDirectory(Configuration hadoop, Path path) {
    this.hadoop = hadoop;
    this.path = path;
  }

  /**
   * Looks at a directory, and changes nothing.
   *
   * @throws InvalidInputException if it holds something else, or a sweep with other settings in
   *     common
   */
  static SweepDirectory open(Configuration hadoop, Path path, SweepPlan plan) {
    SweepDirectory directory = new SweepDirectory(hadoop, path);
    directory.read(plan.fixed());
    for (PlannedRun run : plan.runs()) {
      directory.entries.computeIfAbsent(run.settings(), text -> directory.newEntry(run));
    }
    return directory;
  }

  /** Takes the directory, and writes down which runs there are. */
  void claim(SweepPlan plan) {
    ObjectNode state = JSON.createObjectNode();
    state.put("version", VERSION);
    state.set(FIXED, plan.fixed());
    state.set(RUNS, JSON.valueToTree(entries()));
    write(STATE, state.toPrettyString() + "\n");
  }

  /** All runs, in the order of their numbers. */
  List<SweepEntry> entries() {
    return List.copyOf(entries.values());
  }

  SweepEntry entry(PlannedRun run) {
    return entries.get(run.settings());
  }

  Path resolve(String name) {
    return new Path(path, name);
  }

  /** The record of a run, if it is finished. */
  Optional<RunRecord> record(SweepEntry entry) {
    String json = files(entry).read(RunRecord.FILE);
    try {
      return json.isEmpty() ? Optional.empty() : Optional.of(JSON.readValue(json, RunRecord.class));
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          new Path(resolve(entry.directory()), RunRecord.FILE) + " is damaged",
          "the record of a finished run",
          "delete it, and run the same command again",
          e);
    }
  }

  /** Says that a run is finished. */
  void write(SweepEntry entry, RunRecord record) {
    write(entry.directory() + "/" + RunRecord.FILE, json(record));
  }

  /** The other files of a run. */
  RunFiles files(SweepEntry entry) {
    return new RunFiles(hadoop, resolve(entry.directory()));
  }

  /** Replaces a file of the sweep. */
  void write(String name, String text) {
    ReplacedFile.write(hadoop, resolve(name), text);
  }

  /** Replaces a file of the sweep. */
  void write(String name, ReplacedFile.Writer writer) {
    ReplacedFile.write(hadoop, resolve(name), writer);
  }

  void delete(String name) {
    try {
      resolve(name).getFileSystem(hadoop).delete(resolve(name), false);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + resolve(name), e);
    }
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records of numbers and names are always JSON", e);
    }
  }

  private SweepEntry newEntry(PlannedRun run) {
    int number = entries.size() + 1;
    Map<String, String> settings = new LinkedHashMap<>();
    run.combination().settings().forEach((key, each) -> settings.put(key, each.value()));
    String name = String.format(Locale.ROOT, "%03d_%s", number, run.combination().fileName());
    return new SweepEntry(number, RUNS + "/" + name, settings);
  }

  private void read(ObjectNode fixed) {
    JsonNode state = new RunFiles(hadoop, path).readJson(STATE);
    if (state.isMissingNode()) {
      requireEmpty();
      return;
    }
    if (state.path("version").asInt() != VERSION) {
      throw new InvalidInputException(
          resolve(STATE) + " has version " + state.path("version"),
          "version " + VERSION,
          "go on with the program that wrote it, or choose another --output");
    }
    requireSame(state.path(FIXED), fixed);
    for (JsonNode node : state.path(RUNS)) {
      SweepEntry entry = JSON.convertValue(node, SweepEntry.class);
      entries.put(entry.text(), entry);
    }
  }

  private void requireEmpty() {
    try {
      FileSystem fs = path.getFileSystem(hadoop);
      if (!fs.exists(path)) {
        return;
      }
      for (FileStatus file : fs.listStatus(path)) {
        String name = file.getPath().getName();
        if (!name.startsWith("_") && !name.startsWith(".")) {
          throw new InvalidInputException(
              path + " holds " + name + ", and no sweep has written there",
              "a new or empty directory, or that of the sweep to go on with",
              "choose another --output; nothing was changed");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }

  private void requireSame(JsonNode before, ObjectNode now) {
    // What a sweep was begun without, it had at its default.
    ObjectNode defaults = PlannedRun.decisive(ConfigLoader.defaults());
    List<String> changes = new ArrayList<>();
    now.fields()
        .forEachRemaining(
            field -> {
              String key = field.getKey();
              String old = (before.has(key) ? before : defaults).path(key).asText();
              if (!old.equals(field.getValue().asText())) {
                changes.add(key + " was " + old + " and is " + field.getValue().asText());
              }
            });
    if (!changes.isEmpty()) {
      throw new InvalidInputException(
          path + " holds a sweep of runs with other settings: " + String.join("; ", changes),
          "the same settings for all runs of a sweep, but for those that it varies",
          "set them back, vary them too, or choose another --output; nothing was changed");
    }
  }
}
