package dev.kindling.model.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * In processes of their own, as a library that was loaded stays; with libraries that compute
 * nothing.
 */
class CudaLibrariesTest {
  private static final String OTHER_LIBRARIES =
      """
      int cudaRuntimeGetVersion(int* version) { *version = 13010; return 0; }
      unsigned long cublasLtGetVersion() { return 130102; }
      int nvrtcVersion(int* major, int* minor) { *major = 13; *minor = 1; return 0; }
      """;

  @TempDir private Path directory;

  /** What {@link #main} prints with a driver whose functions have these results. */
  private String load(int driverVersion, int initResult) throws Exception {
    String driver =
        """
        int cuInit(unsigned flags) { return %d; }
        int cuDriverGetVersion(int* version) { *version = %d; return 0; }
        int cuGetErrorName(int error, const char** name) { *name = "ERROR_OF_A_TEST"; return 0; }
        """
            .formatted(initResult, driverVersion);
    SharedObjects.compile(driver, directory.resolve("libcuda.so.1"));
    for (String name : List.of("cudart", "cublasLt", "cublas", "nvrtc")) {
      SharedObjects.compile(OTHER_LIBRARIES, directory.resolve("lib" + name + ".so.13"));
    }
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            CudaLibrariesTest.class.getName());
    builder.environment().put(CudaDirectories.VARIABLE, directory.toString());
    builder.environment().put("CUDA_VISIBLE_DEVICES", "5,7");
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /** Loads CUDA twice. */
  public static void main(String[] args) {
    for (int i = 0; i < 2; i++) {
      try {
        System.out.println(CudaLibraries.load().description());
      } catch (IllegalStateException e) {
        System.out.println("refused: " + e.getMessage());
      }
    }
  }

  @Test
  void saysWhatWasLoadedFromWhere() throws Exception {
    assertThat(load(13_020, 0))
        .contains("driver of CUDA 13.2 (" + directory.resolve("libcuda.so.1").toRealPath() + ")")
        .contains("runtime 13.1 (" + directory.resolve("libcudart.so.13").toRealPath() + ")")
        .contains("cuBLAS 13.1.2 (" + directory.resolve("libcublasLt.so.13").toRealPath() + ")")
        .contains("NVRTC 13.1 (" + directory.resolve("libnvrtc.so.13").toRealPath() + ")")
        .doesNotContain("refused");
  }

  @Test
  void anOldDriverIsRefusedAtEveryCall() throws Exception {
    assertThat(load(12_040, 0).lines())
        .filteredOn(
            line -> line.contains("refused: NVIDIA's driver serves CUDA 12.4, and 13.0 or newer"))
        .hasSize(2);
  }

  @Test
  void aProcessThatSeesNoGpuIsToldWhatHidesThem() throws Exception {
    assertThat(load(13_000, 100))
        .contains("shows no GPU to this process (CUDA_VISIBLE_DEVICES=5,7)");
  }

  @Test
  void anotherFailureOfTheDriverIsSaidInItsWords() throws Exception {
    assertThat(load(13_000, 802)).contains("does not start: ERROR_OF_A_TEST");
  }
}
