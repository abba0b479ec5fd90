package dev.kindling.spark.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CpuFeaturesTest {
  @Test
  void namesTheInstructionSetsThatKernelsAreWrittenFor() {
    List<String> lines =
        List.of(
            "processor\t: 0",
            "model name\t: Intel(R) Xeon(R) Platinum 8480C",
            "flags\t\t: fpu sse2 avx fma avx2 avx512f avx512_bf16 amx_bf16 amx_tile",
            "processor\t: 1",
            "model name\t: another",
            "flags\t\t: fpu");

    assertThat(CpuFeatures.parse(lines))
        .isEqualTo(
            new CpuFeatures(
                "Intel(R) Xeon(R) Platinum 8480C",
                List.of("avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16")));
  }

  @Test
  void aCpuOfAnotherKindHasNoneOfThem() {
    assertThat(CpuFeatures.parse(List.of("processor : 0", "Features : fp asimd sve")))
        .isEqualTo(new CpuFeatures("an unnamed CPU", List.of()));
  }
}
