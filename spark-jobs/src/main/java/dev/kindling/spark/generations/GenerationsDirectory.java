package dev.kindling.spark.generations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Checksums;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.config.Generation;
import dev.kindling.spark.report.RunFiles;
import dev.kindling.spark.sweep.ReplacedFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Where the models lie, each in a directory of its own. It grows: {@value #STATE} says what they
 * have in common and which of them are finished, and models may be added by later calls. While all
 * that were asked for are there, a manifest names the files of the table; the models have their
 * own.
 */
public final class GenerationsDirectory {
  /** The manifest's kind. */
  public static final String KIND = "generations";

  /** What is finished. */
  public static final String STATE = "generations.json";

  private static final int VERSION = 1;
  private static final String FIXED = "fixed";
  private static final String ROWS = "models";
  private static final String ENTROPY = "entropyBitsPerByte";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Configuration hadoop;
  private final Path path;
  private final ObjectNode fixed;
  private final Map<Generation, ModelRow> rows = new EnumMap<>(Generation.class);
  private OptionalDouble entropy = OptionalDouble.empty();

  private GenerationsDirectory(Configuration hadoop, Path path, ObjectNode fixed) {
    this.hadoop = hadoop;
    this.path = path;
    this.fixed = fixed;
  }

  /**
   * Looks at a directory, and changes nothing.
   *
   * @throws InvalidInputException if it holds something else, or models under another budget or
   *     with other settings
   */
  static GenerationsDirectory open(Configuration hadoop, Path path, GenerationsPlan plan) {
    GenerationsDirectory directory = new GenerationsDirectory(hadoop, path, plan.fixed());
    JsonNode state = new RunFiles(hadoop, path).readJson(STATE);
    if (state.isMissingNode()) {
      directory.requireEmpty();
    } else {
      directory.read(state);
    }
    return directory;
  }

  /** The rows of a directory, whatever its settings, in the order of history. */
  public static List<ModelRow> rows(JsonNode state) {
    List<ModelRow> rows = new ArrayList<>();
    state.path(ROWS).forEach(row -> rows.add(JSON.convertValue(row, ModelRow.class)));
    return rows;
  }

  Path resolve(String name) {
    return new Path(path, name);
  }

  boolean has(Generation generation) {
    return rows.containsKey(generation);
  }

  ModelRow row(Generation generation) {
    return rows.get(generation);
  }

  /** Of all finished models, in the order of history. */
  List<ModelRow> rows() {
    return List.copyOf(rows.values());
  }

  /** Bits per byte that no model can get below, where it is known. */
  OptionalDouble entropy() {
    return entropy;
  }

  void add(Generation generation, ModelRow row) {
    rows.put(generation, row);
    writeState();
  }

  /** Takes the directory. */
  void claim(OptionalDouble newEntropy) {
    entropy = newEntropy.isPresent() ? newEntropy : entropy;
    delete(Manifest.NAME);
    writeState();
  }

  /** Says that all models are there which were asked for. */
  void commit(List<String> files) {
    try {
      FileSystem fs = path.getFileSystem(hadoop);
      List<Manifest.Entry> entries = new ArrayList<>();
      for (String file : files.stream().sorted().toList()) {
        long bytes = fs.getFileStatus(resolve(file)).getLen();
        entries.add(new Manifest.Entry(file, bytes, Checksums.sha256(fs, resolve(file))));
      }
      new Manifest(
              Manifest.SCHEMA_VERSION, KIND, Checksums.sha256(fixed.toString()), state(), entries)
          .commit(hadoop, path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read what was written to " + path, e);
    }
  }

  /** Replaces a file. */
  void write(String name, String text) {
    ReplacedFile.write(hadoop, resolve(name), text);
  }

  /** Replaces a file. */
  void write(String name, byte[] content) {
    ReplacedFile.write(
        hadoop,
        resolve(name),
        file -> {
          try (OutputStream out = file.getFileSystem(hadoop).create(file, true)) {
            out.write(content);
          }
        });
  }

  /** What the directory is called. */
  String name() {
    return path.getName();
  }

  private void writeState() {
    write(STATE, state().toPrettyString() + "\n");
  }

  private ObjectNode state() {
    ObjectNode state = JSON.createObjectNode();
    state.put("version", VERSION);
    state.set(FIXED, fixed);
    entropy.ifPresent(bits -> state.put(ENTROPY, bits));
    state.set(ROWS, JSON.valueToTree(rows()));
    return state;
  }

  private void read(JsonNode state) {
    if (state.path("version").asInt() != VERSION) {
      throw new InvalidInputException(
          resolve(STATE) + " has version " + state.path("version"),
          "version " + VERSION,
          "go on with the program that wrote it, or choose another --output");
    }
    requireSame(state.path(FIXED));
    if (state.path(ENTROPY).isNumber()) {
      entropy = OptionalDouble.of(state.path(ENTROPY).doubleValue());
    }
    for (JsonNode node : state.path(ROWS)) {
      try {
        ModelRow row = JSON.treeToValue(node, ModelRow.class);
        for (Generation generation : Generation.values()) {
          if (generation.toString().equals(row.model())) {
            rows.put(generation, row);
          }
        }
      } catch (JsonProcessingException e) {
        throw new InvalidInputException(
            resolve(STATE) + " is damaged",
            "the rows of finished models",
            "delete it and the models, and run the same command again",
            e);
      }
    }
  }

  private void requireSame(JsonNode before) {
    List<String> changes = new ArrayList<>();
    fixed
        .fields()
        .forEachRemaining(
            field -> {
              JsonNode old = before.path(field.getKey());
              if (!old.toString().equals(field.getValue().toString())) {
                changes.add(field.getKey() + " was " + old + " and is " + field.getValue());
              }
            });
    if (!changes.isEmpty()) {
      throw new InvalidInputException(
          path + " holds models with other settings: " + String.join("; ", changes),
          "the same budget and settings for all models of a table",
          "set them back, or choose another --output; nothing was changed");
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
              path + " holds " + name + ", and `kindling generations` has not written there",
              "a new or empty directory, or that of the models to go on with",
              "choose another --output; nothing was changed");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }

  private void delete(String name) {
    try {
      resolve(name).getFileSystem(hadoop).delete(resolve(name), false);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + resolve(name), e);
    }
  }
}
