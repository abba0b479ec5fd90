package dev.kindling.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.arch.NetworkConfig.Kind;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class InferenceMemoryTest {
  /** 4 bytes for each element of the hidden states that one call makes. */
  private static final long CALL_BYTES = 4L * ManyCalls.SIZE * ManyCalls.LENGTH * ManyCalls.WIDTH;

  /**
   * In a JVM of its own, whose heap is in memory from the beginning and so large that no collection
   * frees arrays that were forgotten: whatever grows is off the heap.
   */
  @Test
  void hundredsOfCallsNeedLittleMoreMemoryThanTheFirst() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms1g",
                "-Xmx1g",
                "-XX:+AlwaysPreTouch",
                "-cp",
                System.getProperty("java.class.path"),
                ManyCalls.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long growth = Long.parseLong(output(process));
    assertThat(process.waitFor()).isZero();
    assertThat(growth).isLessThan(ManyCalls.CALLS * CALL_BYTES / 4);
  }

  private static String output(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  /** Prints the bytes by which the process grows. */
  static final class ManyCalls {
    static final int SIZE = 32;
    static final int LENGTH = 64;
    static final int WIDTH = 64;
    static final int CALLS = 200;

    private ManyCalls() {}

    public static void main(String[] args) {
      NetworkConfig network = new NetworkConfig(Kind.FEEDFORWARD, 100, LENGTH, 1, 8, WIDTH, 2, 0);
      try (ParameterStore parameters = ParameterStore.allocate(network.layout(), DType.F32);
          NetworkModel model = new NetworkModel(network, parameters)) {
        call(model, CALLS / 4);
        long before = Pointer.physicalBytes();
        call(model, CALLS);
        System.out.println(Pointer.physicalBytes() - before);
      }
    }

    private static void call(NetworkModel model, int times) {
      int[] tokens = new int[SIZE * LENGTH];
      int[] lengths = new int[SIZE];
      Arrays.fill(lengths, LENGTH);
      for (int i = 0; i < times; i++) {
        model.hiddenStates(tokens, lengths);
        model.tokenLosses(new CausalBatch(SIZE, LENGTH, tokens, tokens));
      }
    }
  }
}
