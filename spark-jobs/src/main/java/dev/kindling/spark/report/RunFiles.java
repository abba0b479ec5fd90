package dev.kindling.spark.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The small files of a run directory that a report is made of. */
public final class RunFiles {
  /** The resolved configuration. */
  public static final String CONFIG = "config.yaml";

  /** One line per step, round and evaluation. */
  public static final String METRICS = "metrics.jsonl";

  /** The run in numbers. */
  public static final String SUMMARY = "summary.json";

  /** Text that the trained model wrote. */
  public static final String SAMPLES = "samples.txt";

  /** What became of the text before it was trained on. */
  public static final String DATA = "data.json";

  /** The report. */
  public static final String REPORT = "report.html";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Configuration hadoop;
  private final Path run;

  /** The files of one run; none of them needs to exist. */
  public RunFiles(Configuration hadoop, Path run) {
    this.hadoop = hadoop;
    this.run = run;
  }

  /** The run directory. */
  public Path run() {
    return run;
  }

  /** A file's text; empty where there is none. */
  public String read(String name) {
    Path path = new Path(run, name);
    try {
      FileSystem fs = path.getFileSystem(hadoop);
      if (!fs.exists(path)) {
        return "";
      }
      try (InputStream in = fs.open(path)) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }

  /** A file's JSON; a missing node where there is none. */
  public JsonNode readJson(String name) {
    return parse(name, read(name));
  }

  /** The objects of {@value #METRICS}, in order. */
  public List<JsonNode> readMetrics() {
    List<JsonNode> lines = new ArrayList<>();
    read(METRICS).lines().forEach(line -> lines.add(parse(METRICS, line)));
    return lines;
  }

  /** Writes a file, replacing an older one. */
  public void write(String name, String text) {
    Path path = new Path(run, name);
    try (OutputStream out = path.getFileSystem(hadoop).create(path, true)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path, e);
    }
  }

  private JsonNode parse(String name, String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          new Path(run, name) + " is damaged: " + e.getOriginalMessage(),
          "JSON, as the training run wrote it",
          "delete that file, or run the same pretrain command again",
          e);
    }
  }
}
