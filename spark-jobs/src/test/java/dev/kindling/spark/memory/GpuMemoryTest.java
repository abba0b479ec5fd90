package dev.kindling.spark.memory;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.spark.communicate.FakeGpu;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class GpuMemoryTest {
  private static final long GIB = 1L << 30;

  private static void require(long needed, OptionalLong free) {
    try (Backend kernels = Backends.open("onednn", 1)) {
      GpuMemory.require(needed, new FakeGpu(free).over(kernels, Optional.empty()));
    }
  }

  @Test
  void aRankThatDoesNotFitIsRefusedWithWhatToChange() {
    assertThatThrownBy(() -> require(12 * GIB + GIB / 4, OptionalLong.of(8 * GIB)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("has 8.00 GiB of memory left")
        .hasMessageContaining("alone take 12.25 GiB")
        .hasMessageContaining("training.batchSize");
  }

  @Test
  void whatFitsOrIsNotKnownPasses() {
    assertThatCode(() -> require(8 * GIB, OptionalLong.of(8 * GIB))).doesNotThrowAnyException();
    assertThatCode(() -> require(8 * GIB, OptionalLong.empty())).doesNotThrowAnyException();
    try (Backend host = Backends.open("onednn", 1)) {
      assertThatCode(() -> GpuMemory.require(1L << 60, host)).doesNotThrowAnyException();
    }
  }
}
