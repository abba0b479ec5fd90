package dev.kindling.benchmarks.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeakMemoryTest {
  @Test
  void kibibytesOfTheStatusBecomeBytes() {
    List<String> status = List.of("Name:\tjava", "VmPeak:\t  999 kB", "VmHWM:\t   12345 kB");

    assertThat(PeakMemory.parse(status)).isEqualTo(12_345L * 1024);
  }

  @Test
  void aStatusWithoutThePeakIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PeakMemory.parse(List.of("Name:\tjava")))
        .withMessageContaining("VmHWM");
  }

  @Test
  void thisJvmHasMoreThanAMegabyte() throws IOException {
    assertThat(PeakMemory.ofThisProcess()).isGreaterThan(1 << 20);
  }
}
