package dev.kindling.data.shard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Which ranges of documents are written, so that a run after one that was killed need not write
 * them again. A task notes its shards in {@value #NAME} in its attempt's directory, as its last
 * file; the driver notes those of all ranges in {@value #NAME} above, before it gives them their
 * final names. A note that is torn is none.
 */
final class FinishedRanges {
  private static final String NAME = "finished.json";
  private static final Pattern ATTEMPT = Pattern.compile("range-([0-9]+)-attempt-[0-9]+");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private FinishedRanges() {}

  /** The directory of one attempt at a range. */
  static Path attempt(String run, int range, long attempt) {
    return new Path(run, "range-" + range + "-attempt-" + attempt);
  }

  /** Notes that {@code shards} are all that belongs to {@code directory}, and whole. */
  static void note(FileSystem fs, Path directory, List<WrittenShard> shards) throws IOException {
    ArrayNode list = MAPPER.createArrayNode();
    for (WrittenShard shard : shards) {
      list.addObject()
          .put("split", shard.split().code())
          .put("bin", shard.bin())
          .put("binBytes", shard.binBytes())
          .put("binSha256", shard.binSha256())
          .put("idxBytes", shard.idxBytes())
          .put("idxSha256", shard.idxSha256());
    }
    ObjectNode note = MAPPER.createObjectNode().set("shards", list);
    try (OutputStream out = fs.create(new Path(directory, NAME), true)) {
      out.write(MAPPER.writeValueAsBytes(note));
    }
  }

  /** The shards that {@code directory} has a note of, in their order. */
  static Optional<List<WrittenShard>> read(FileSystem fs, Path directory) throws IOException {
    JsonNode note;
    try (InputStream in = fs.open(new Path(directory, NAME))) {
      note = MAPPER.readTree(in);
    } catch (FileNotFoundException | JsonProcessingException e) {
      return Optional.empty();
    }
    if (!note.path("shards").isArray()) {
      return Optional.empty();
    }
    List<WrittenShard> shards = new ArrayList<>();
    for (JsonNode shard : note.path("shards")) {
      shards.add(
          new WrittenShard(
              Split.ofCode(shard.path("split").asInt()),
              shard.path("bin").asText(),
              shard.path("binBytes").asLong(),
              shard.path("binSha256").asText(),
              shard.path("idxBytes").asLong(),
              shard.path("idxSha256").asText()));
    }
    return Optional.of(shards);
  }

  /**
   * The ranges that some attempt of some run has finished, with their shards.
   *
   * @param attempts the directory of all runs
   */
  static Map<Integer, List<WrittenShard>> find(FileSystem fs, Path attempts) throws IOException {
    Map<Integer, List<WrittenShard>> finished = new HashMap<>();
    FileStatus[] directories = fs.globStatus(new Path(attempts, "*/range-*-attempt-*"));
    for (FileStatus directory : directories == null ? new FileStatus[0] : directories) {
      Matcher name = ATTEMPT.matcher(directory.getPath().getName());
      Optional<List<WrittenShard>> shards = read(fs, directory.getPath());
      if (name.matches() && shards.isPresent() && areThere(fs, shards.get())) {
        finished.putIfAbsent(Integer.valueOf(name.group(1)), shards.get());
      }
    }
    return finished;
  }

  private static boolean areThere(FileSystem fs, List<WrittenShard> shards) throws IOException {
    for (WrittenShard shard : shards) {
      Path bin = new Path(shard.bin());
      if (!isThere(fs, bin, shard.binBytes())
          || !isThere(fs, TokenShards.indexOf(bin), shard.idxBytes())) {
        return false;
      }
    }
    return true;
  }

  /** Whether a file has so many bytes. */
  static boolean isThere(FileSystem fs, Path file, long numBytes) throws IOException {
    try {
      return fs.getFileStatus(file).getLen() == numBytes;
    } catch (FileNotFoundException e) {
      return false;
    }
  }
}
