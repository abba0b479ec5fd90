package dev.kindling.benchmarks.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.train.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PyTorchPeerTest {
  private static final GpuTask TINY = GpuTask.named("tiny");

  private static GpuRun run(int seconds) {
    return new GpuRun("cuda", Precision.BF16, 3, 64, Duration.ofSeconds(seconds));
  }

  @Test
  void resultsAreReadFromAmongOtherLines() {
    GpuResults results =
        PyTorchPeer.parse(
            List.of(
                "a warning of a library",
                "{\"torch\": \"2.11.0\", \"device\": \"a GPU\"}",
                "{\"matmulFlops\": 7.5e14}",
                "{not JSON",
                "{\"task\": \"tiny\", \"batch\": 4, \"seconds\": 0.25, \"deviceBytes\": 1024,"
                    + " \"loss\": 5.5, \"secondsOfWarmUp\": 30.0}",
                "{\"task\": \"gpt-350m\", \"error\": \"OutOfMemoryError: there is no more\"}"));

    assertThat(results.matmulFlops()).isEqualTo(7.5e14);
    assertThat(results.measurements())
        .containsExactly(new GpuMeasurement("tiny", 4, 0.25, 1024, 5.5));
    assertThat(results.failures()).containsExactly("gpt-350m: OutOfMemoryError: there is no more");
  }

  @Test
  void itIsToldTheTaskAsJson(@TempDir Path directory) throws IOException {
    Path script = script(directory, "for argument; do echo \"$argument\" >&2; done; exit 3");

    GpuResults results = new PyTorchPeer("bash", script).measure(run(60), List.of(TINY));

    assertThat(results.failures())
        .singleElement()
        .asString()
        .contains("ended with exit code 3", "--steps\n3", "--precision\nbf16", "--task\n{")
        .contains("\"kind\":\"TRAINING\",\"architecture\":\"GPT\",\"layers\":2,\"heads\":2");
  }

  @Test
  void whatItMeasuredUntilItsTimeWasOverCounts(@TempDir Path directory) throws IOException {
    Path script = script(directory, "echo '{\"matmulFlops\": 5}'; while true; do sleep 0.1; done");

    GpuResults results = new PyTorchPeer("bash", script).measure(run(1), List.of(TINY));

    assertThat(results.matmulFlops()).isEqualTo(5);
    assertThat(results.failures()).singleElement().asString().contains("was ended after 2 s");
  }

  private static Path script(Path directory, String content) throws IOException {
    return Files.writeString(directory.resolve("peer"), content + "\n");
  }
}
