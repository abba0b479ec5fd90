package dev.kindling.benchmarks.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Tables as JSON: a list of rows, one record each, whose components are the keys, in snake case.
 */
public final class JsonRows {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private JsonRows() {}

  /** Writes {@code rows} to {@code file}, over what was there. */
  public static void write(Path file, List<? extends Record> rows) throws IOException {
    Files.writeString(file, format(rows) + System.lineSeparator());
  }

  /** The rows as text. */
  static String format(List<? extends Record> rows) throws JsonProcessingException {
    return MAPPER.writeValueAsString(rows);
  }
}
