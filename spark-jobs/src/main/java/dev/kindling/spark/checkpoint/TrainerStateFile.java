package dev.kindling.spark.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.DamagedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** {@code trainer.json}, both directions. */
final class TrainerStateFile {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private static final String EXPECTED = "the trainer's state as JSON";

  private TrainerStateFile() {}

  static byte[] toJson(TrainerState state) {
    try {
      return (MAPPER.writeValueAsString(state) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
  }

  /**
   * Reads the file.
   *
   * @throws DamagedException if it is no JSON
   * @throws InvalidInputException if it cannot be read, or is not as this version writes it
   */
  static TrainerState read(Configuration hadoop, Path checkpoint) {
    Path path = new Path(checkpoint, CheckpointLayout.TRAINER);
    try (InputStream in = path.getFileSystem(hadoop).open(path)) {
      return MAPPER.readValue(in.readAllBytes(), TrainerState.class);
    } catch (StreamReadException e) {
      throw new DamagedException(
          path + " is not JSON: " + firstLine(e), EXPECTED, "restore the file", e);
    } catch (IOException e) {
      throw new InvalidInputException(
          path + " cannot be read: " + firstLine(e),
          EXPECTED,
          "check that the storage answers, and that this version of Kindling wrote the file",
          e);
    }
  }

  private static String firstLine(IOException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
