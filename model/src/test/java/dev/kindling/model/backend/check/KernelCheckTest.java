package dev.kindling.model.backend.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.backend.Dropout;
import dev.kindling.model.backend.cuda.CudaBackend;
import dev.kindling.model.backend.cuda.EmulatedCuda;
import dev.kindling.model.score.WatchedBackend;
import dev.kindling.model.score.WatchedBackend.Watcher;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelCheckTest {
  /** Fixed, so that the tests give the same every time. */
  private static final long SEED = 20_240_607;

  /** Methods of a backend that are given something and are no kernels. */
  private static final Set<String> NO_KERNELS =
      Set.of("runPass", "attentionStatistics", "fusesWithLinear");

  /** What makes a kernel compute something else than it is asked for. */
  private static final Map<String, Watcher> FAULTS =
      Map.of(
          "scaleInPlace",
          (kernel, arguments) -> arguments[1] = 0.371,
          "matmul",
          (kernel, arguments) -> arguments[2] = null,
          "rmsNormBackward",
          (kernel, arguments) -> arguments[3] = 1e-2,
          "dropout",
          (kernel, arguments) -> arguments[1] = ofTheNextSample((Dropout) arguments[1]),
          "attentionForward",
          (kernel, arguments) -> arguments[0] = withoutCausality((AttentionInputs) arguments[0]),
          "vocabularyLossForward",
          (kernel, arguments) -> {
            throw new IllegalStateException("the GPU has fallen off the bus");
          });

  private final Backend reference = Backends.open("nd4j", 2);

  @AfterEach
  void close() {
    reference.close();
  }

  @Test
  void theFastBackendOfCpusPassesInAllItsPrecisions() {
    try (Backend backend = Backends.open("onednn", 2)) {
      KernelReport report = KernelCheck.run(backend, reference, SEED);

      assertThat(report.failures()).isEmpty();
      assertThat(report.toString())
          .matches(
              "\\d+ kernels agree with ND4J's in double \\(F32, BF16; largest error \\S+ of \\S+"
                  + " allowed; \\d+\\.\\d s\\)");
      assertThat(report.results().stream().map(KernelResult::kernel))
          .as("the kernels that are checked")
          .hasSameElementsAs(kernels());
    }
  }

  private static Set<String> kernels() {
    return Arrays.stream(Backend.class.getMethods())
        .filter(method -> method.getParameterCount() > 0)
        .map(Method::getName)
        .filter(name -> !NO_KERNELS.contains(name))
        .collect(Collectors.toSet());
  }

  @Test
  void theBackendOfGpusPasses() {
    EmulatedCuda.loadWithoutGpu();
    try (Backend backend = new CudaBackend(0)) {
      KernelReport report = KernelCheck.run(backend, reference, SEED);

      assertThat(report.failures()).isEmpty();
      assertThat(report.toString()).contains("(F32, TF32, BF16; ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "scaleInPlace",
        "matmul",
        "rmsNormBackward",
        "dropout",
        "attentionForward",
        "vocabularyLossForward"
      })
  void aWrongKernelIsNamed(String wrong) {
    try (Backend real = Backends.open("onednn", 1)) {
      Watcher fault = FAULTS.get(wrong);
      Backend faulty =
          WatchedBackend.of(
              real,
              (kernel, arguments) -> {
                if (kernel.equals(wrong)) {
                  fault.beforeCall(kernel, arguments);
                }
              });

      KernelReport report = KernelCheck.run(faulty, reference, SEED);

      assertThat(report.failures()).isNotEmpty();
      assertThat(report.failures().get(0).kernel()).isEqualTo(wrong);
      assertThat(report.failures().stream().map(KernelResult::kernel))
          .allMatch(kernel -> kernel.equals(wrong) || isFedBy(kernel, wrong));
      assertThat(report.failures().stream().map(KernelResult::arithmetic)).contains("F32", "BF16");
      assertThat(report.toString())
          .contains("kernels do not agree with ND4J's in double (seed " + SEED + "):\n" + wrong)
          .containsPattern(
              wrong.equals("vocabularyLossForward")
                  ? "IllegalStateException: the GPU has fallen off the bus"
                  : "element \\d+ of result \\d+ is \\S+, expected \\S+: an error of \\S+ of the"
                      + " largest, \\S+ allowed");
    }
  }

  /** Inputs of some kernels are made by others. */
  private static boolean isFedBy(String kernel, String wrong) {
    return switch (wrong) {
      case "attentionForward" -> kernel.equals("attentionBackward");
      case "scaleInPlace" -> kernel.startsWith("activation");
      default -> false;
    };
  }

  private static Dropout ofTheNextSample(Dropout dropout) {
    long sample = dropout.firstSample() + 1;
    return new Dropout(dropout.rate(), dropout.key(), sample, dropout.elementsPerSample());
  }

  private static AttentionInputs withoutCausality(AttentionInputs inputs) {
    return new AttentionInputs(
        inputs.query(),
        inputs.key(),
        inputs.value(),
        inputs.scale(),
        false,
        inputs.keyLengths(),
        inputs.bias(),
        inputs.dropout());
  }
}
