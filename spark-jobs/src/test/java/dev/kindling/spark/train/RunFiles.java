package dev.kindling.spark.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.train.timeline.TimelineLines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/** What tests compare of a run's files. */
final class RunFiles {
  private RunFiles() {}

  /** SHA-256 by name of every tensor file in a checkpoint: equal only if all bits are. */
  static Map<String, String> tensorHashes(org.apache.hadoop.fs.Path checkpoint) {
    Map<String, String> hashes = new TreeMap<>();
    Manifest.require(new Configuration(), checkpoint, "checkpoint").files().stream()
        .filter(file -> file.path().endsWith(".safetensors"))
        .forEach(file -> hashes.put(file.path(), file.sha256()));
    return hashes;
  }

  /** The lines of metrics.jsonl without what a clock measured. */
  static List<ObjectNode> timelessMetrics(Path run) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<ObjectNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      ObjectNode object = (ObjectNode) mapper.readTree(line);
      object.remove(
          List.of("compute_seconds", "averaging_seconds", "seconds", "tokens_per_second"));
      if (!TimelineLines.has(object)) {
        lines.add(object);
      }
    }
    return lines;
  }

  /** Every file below a directory with the time of its last change and its content's hash. */
  static Map<String, String> snapshot(Path directory) throws IOException {
    Map<String, String> snapshot = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .filter(Files::isRegularFile)
          .forEach(file -> snapshot.put(directory.relativize(file).toString(), describe(file)));
    }
    return snapshot;
  }

  private static String describe(Path file) {
    try {
      return Files.getLastModifiedTime(file)
          + " "
          + dev.kindling.data.manifest.Checksums.sha256(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Changes one bit in the middle of a file, behind the back of Hadoop's own checksums. */
  static void flipBit(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
  }
}
