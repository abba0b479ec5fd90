package dev.kindling.spark.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.kindling.data.InvalidInputException;
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

  private TrainerStateFile() {}

  static byte[] toJson(TrainerState state) {
    try {
      return (MAPPER.writeValueAsString(state) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
  }

  static TrainerState read(Configuration hadoop, Path checkpoint) {
    Path path = new Path(checkpoint, CheckpointLayout.TRAINER);
    try (InputStream in = path.getFileSystem(hadoop).open(path)) {
      return MAPPER.readValue(in.readAllBytes(), TrainerState.class);
    } catch (IOException e) {
      throw new InvalidInputException(
          path + " cannot be read: " + e.getMessage().lines().findFirst().orElse(""),
          "the trainer's state as JSON",
          "go on from another checkpoint, or restore the file",
          e);
    }
  }
}
