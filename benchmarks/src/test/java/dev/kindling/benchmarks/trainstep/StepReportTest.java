package dev.kindling.benchmarks.trainstep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.benchmarks.limit.MatmulLimit;
import dev.kindling.benchmarks.limit.Precision;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepReportTest {
  private static final double GIGA = 1e9;

  private final StepReport report =
      new StepReport(
          List.of(
              measurement("kindling-fp32", 1, 100),
              measurement("libtorch-fp32", 3, 300),
              measurement("libtorch-bf16", 1.5, 200),
              measurement("kindling-fp32", 4, 120),
              measurement("libtorch-fp32", 3, 310),
              measurement("libtorch-bf16", 1.5, 200),
              measurement("kindling-fp32", 2, 110),
              measurement("libtorch-fp32", 6, 305),
              measurement("libtorch-bf16", 1.5, 200)),
          new MatmulLimit(200, 400),
          3);

  private static StepMeasurement measurement(String engine, double seconds, long peakMiB) {
    return new StepMeasurement(engine, "medium", seconds, 2048, peakMiB << 20, 5);
  }

  @Test
  void aRowHasTheMedianRoundAndTheLargestPeak() {
    StepReport.Row kindling = row("kindling-fp32");

    assertThat(kindling.configuration()).isEqualTo("medium");
    assertThat(kindling.tokensPerSecond()).isEqualTo(1024);
    assertThat(kindling.peakMemoryBytes()).isEqualTo(120L << 20);
    double gflops = StepFlops.of(StepConfiguration.named("medium")) / 2 / GIGA;
    assertThat(kindling.gflops()).isCloseTo(gflops, within(1e-9));
    assertThat(kindling.fractionOfLimit()).isCloseTo(gflops / 200, within(1e-12));
  }

  @Test
  void anEngineIsHeldAgainstTheLimitOfItsOwnPrecision() {
    StepReport.Row bf16 = row("libtorch-bf16");

    assertThat(bf16.fractionOfLimit()).isCloseTo(bf16.gflops() / 400, within(1e-12));
  }

  @Test
  void theTableComparesWithBothModesOfLibtorch() {
    List<String> lines = report.table().lines().toList();

    assertThat(lines).hasSize(5);
    assertThat(lines.get(0)).contains("× libtorch-fp32", "× libtorch's better");
    String kindling = lines.stream().filter(line -> line.contains("kindling")).findFirst().get();
    assertThat(cells(kindling))
        .startsWith("medium", "kindling-fp32", "2.0000 (1.0000 to 4.0000)", "1024")
        .contains("120")
        .endsWith("1.50", "0.75");
    long planned =
        KindlingStep.plannedBytes(StepConfiguration.named("medium"), Precision.FP32) >> 20;
    assertThat(Long.parseLong(cells(kindling).get(7))).isBetween(planned - 1, planned + 1);
    String libtorch = lines.stream().filter(line -> line.contains("h-fp32 ")).toList().get(1);
    assertThat(cells(libtorch)).endsWith("310", "–", "1.00", "0.50");
  }

  @Test
  void withoutLibtorchNothingIsComparedWithIt() {
    StepReport alone =
        new StepReport(List.of(measurement("kindling-fp32", 2, 100)), new MatmulLimit(200, 400), 1);

    assertThat(alone.table().lines().skip(2)).hasSize(1).allMatch(line -> line.contains("| – "));
  }

  @Test
  void rowsAreInTheOrderOfConfigurationsWhateverTheOrderOfMeasurement() {
    StepReport mixed =
        new StepReport(
            List.of(
                new StepMeasurement("kindling-fp32", "gpt2", 9, 1024, 1, 5),
                new StepMeasurement("kindling-fp32", "nano", 1, 768, 1, 5)),
            new MatmulLimit(200, 400),
            1);

    assertThat(mixed.rows())
        .extracting(StepReport.Row::configuration)
        .containsExactly("nano", "gpt2");
  }

  private StepReport.Row row(String engine) {
    return report.rows().stream().filter(row -> row.engine().equals(engine)).findFirst().get();
  }

  private static List<String> cells(String line) {
    return List.of(line.substring(1).split("\\|", -1)).stream()
        .map(String::strip)
        .filter(cell -> !cell.isEmpty())
        .toList();
  }
}
