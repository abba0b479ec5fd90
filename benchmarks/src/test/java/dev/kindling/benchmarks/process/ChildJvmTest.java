package dev.kindling.benchmarks.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChildJvmTest {
  /** Prints a greeting and the variables that were asked for. */
  static final class Variables {
    private Variables() {}

    public static void main(String[] names) {
      System.out.println("not the last line");
      StringBuilder values = new StringBuilder();
      for (String name : names) {
        values.append(name).append('=').append(System.getenv(name)).append(' ');
      }
      System.out.println(values);
    }
  }

  /** Says why, and fails. */
  static final class Failing {
    private Failing() {}

    public static void main(String[] args) {
      System.err.println("out of luck");
      System.exit(3);
    }
  }

  private static ChildJvm child(Class<?> main) {
    return new ChildJvm(main.getName(), ChildJvm.ownClasspath(), 2, Map.of("OWN", "value"));
  }

  @Test
  void theChildHasItsOwnEnvironmentAndTheLastLineIsItsResult() {
    // Surefire exports SPARK_NAME to this process.
    assertThat(System.getenv("SPARK_NAME")).isEqualTo("a variable of Spark");

    String line =
        child(Variables.class)
            .lastLine(List.of("OMP_WAIT_POLICY", "OMP_NUM_THREADS", "OWN", "SPARK_NAME"));

    assertThat(line)
        .isEqualTo("OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=2 OWN=value SPARK_NAME=null");
  }

  @Test
  void aChildThatFailsTakesItsLastWordsWithIt() {
    assertThatThrownBy(() -> child(Failing.class).lastLine(List.of("argument")))
        .isInstanceOf(MeasurementFailedException.class)
        .hasMessageContaining("Failing argument ended with exit code 3")
        .hasMessageContaining("out of luck");
  }
}
