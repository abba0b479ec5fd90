package dev.kindling.spark.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Small JSON files on any filesystem. */
final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  /**
   * Reads a file where there is one.
   *
   * @throws InvalidInputException if it is not JSON
   */
  static Optional<JsonNode> find(Configuration hadoop, Path path) {
    try {
      FileSystem fs = path.getFileSystem(hadoop);
      if (!fs.exists(path)) {
        return Optional.empty();
      }
      try (InputStream in = fs.open(path)) {
        return Optional.of(MAPPER.readTree(in));
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          path + " cannot be read: " + e.getMessage(),
          "a JSON file",
          "restore it, or run the command that wrote it again in a new directory",
          e);
    }
  }
}
