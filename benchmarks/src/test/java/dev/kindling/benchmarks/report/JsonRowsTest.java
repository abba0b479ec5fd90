package dev.kindling.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.benchmarks.trainstep.StepReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonRowsTest {
  @TempDir Path directory;

  @Test
  void aRowOfTrainStepHasExactlyThePromisedKeys() throws Exception {
    Path file = directory.resolve("rows.json");
    StepReport.Row row = new StepReport.Row("nano", "kindling-fp32", 1234.5, 67.8, 0.5, 1L << 33);

    JsonRows.write(file, List.of(row, row));

    JsonNode rows = new ObjectMapper().readTree(file.toFile());
    assertThat(rows.isArray()).isTrue();
    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).fieldNames())
        .toIterable()
        .containsExactly(
            "configuration",
            "engine",
            "tokens_per_second",
            "gflops",
            "fraction_of_limit",
            "peak_memory_bytes");
    assertThat(rows.get(0).get("engine").textValue()).isEqualTo("kindling-fp32");
    assertThat(rows.get(0).get("tokens_per_second").doubleValue()).isEqualTo(1234.5);
    assertThat(rows.get(0).get("peak_memory_bytes").longValue()).isEqualTo(1L << 33);
  }

  @Test
  void anOlderFileIsReplaced() throws Exception {
    Path file = Files.writeString(directory.resolve("rows.json"), "something longer than a list");

    JsonRows.write(file, List.of());

    assertThat(new ObjectMapper().readTree(file.toFile())).isEmpty();
  }
}
