package dev.kindling.benchmarks.communicate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AllReduceTimesTest {
  @Test
  void twoProcessesMeetAndAreTimed() throws Exception {
    AllReduceTimes times = AllReduceTimes.measure(300_007, 3);

    assertThat(times.allReduceSeconds()).isPositive();
    assertThat(times.copySeconds()).isPositive();
  }
}
