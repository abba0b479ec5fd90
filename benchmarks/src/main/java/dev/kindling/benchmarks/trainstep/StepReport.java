package dev.kindling.benchmarks.trainstep;

import dev.kindling.benchmarks.limit.MatmulLimit;
import dev.kindling.benchmarks.report.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** The measurements of a {@link Comparison}, as a table and as rows. */
public final class StepReport {
  private static final double BYTES_PER_MIB = 1024 * 1024;

  private final List<StepResult> results;
  private final MatmulLimit limit;
  private final int numRounds;

  StepReport(List<StepMeasurement> measurements, MatmulLimit limit, int numRounds) {
    this.results = group(measurements);
    this.limit = limit;
    this.numRounds = numRounds;
  }

  /** By configuration, then by engine. */
  private static List<StepResult> group(List<StepMeasurement> measurements) {
    List<StepResult> results = new ArrayList<>();
    for (StepConfiguration configuration : StepConfiguration.ALL) {
      for (Engine engine : Engine.values()) {
        List<StepMeasurement> own =
            measurements.stream()
                .filter(one -> one.configuration().equals(configuration.name()))
                .filter(one -> one.engine().equals(engine.id()))
                .toList();
        if (!own.isEmpty()) {
          results.add(new StepResult(configuration, engine, own));
        }
      }
    }
    return results;
  }

  /**
   * A row of the JSON file.
   *
   * @param configuration {@link StepConfiguration#name()}
   * @param engine {@link Engine#id()}
   * @param tokensPerSecond tokens trained in a second, from the median step
   * @param gflops billions of {@link StepFlops} in a second
   * @param fractionOfLimit {@code gflops} over the matmul limit of the engine's precision
   * @param peakMemoryBytes the most memory the process had resident, Java and all
   */
  public record Row(
      String configuration,
      String engine,
      double tokensPerSecond,
      double gflops,
      double fractionOfLimit,
      long peakMemoryBytes) {}

  /** One row for each configuration and engine. */
  public List<Row> rows() {
    return results.stream()
        .map(
            result ->
                new Row(
                    result.configuration().name(),
                    result.engine().id(),
                    result.tokensPerSecond(),
                    result.gflops(),
                    fractionOfLimit(result),
                    result.peakMemoryBytes()))
        .toList();
  }

  /** One line: what the table's numbers rest on. */
  public String conditions() {
    return String.format(
        Locale.ROOT,
        "%d rounds: median (fastest to slowest); matmul limit: fp32 %.0f GFLOP/s, bf16 %.0f",
        numRounds,
        limit.fp32(),
        limit.bf16());
  }

  /** The table, in Markdown. */
  public String table() {
    TextTable table =
        new TextTable(
            "configuration",
            "engine",
            "seconds a step",
            "tokens/s",
            "GFLOP/s",
            "of the limit",
            "peak MiB",
            "planned MiB",
            "× libtorch-fp32",
            "× libtorch's better");
    for (StepResult result : results) {
      table.row(
          result.configuration().name(),
          result.engine().id(),
          format(
              "%.4f (%.4f to %.4f)",
              result.secondsPerStep(),
              result.fastestSecondsPerStep(),
              result.slowestSecondsPerStep()),
          format("%.0f", result.tokensPerSecond()),
          format("%.1f", result.gflops()),
          format("%.2f", fractionOfLimit(result)),
          format("%.0f", result.peakMemoryBytes() / BYTES_PER_MIB),
          plannedMemory(result),
          timesFaster(result, other -> other == Engine.LIBTORCH_FP32),
          timesFaster(result, Engine::isPeer));
    }
    return table.toString();
  }

  /** By the formula in Kindling; – for others. */
  private static String plannedMemory(StepResult result) {
    if (result.engine().isPeer()) {
      return "–";
    }
    long bytes = KindlingStep.plannedBytes(result.configuration(), result.engine().precision());
    return format("%.0f", bytes / BYTES_PER_MIB);
  }

  private double fractionOfLimit(StepResult result) {
    return result.gflops() / limit.gflops(result.engine().precision());
  }

  /** How many times faster than the fastest of {@code others} that was measured; – if none was. */
  private String timesFaster(StepResult result, Predicate<Engine> others) {
    OptionalDouble best =
        results.stream()
            .filter(other -> other.configuration().equals(result.configuration()))
            .filter(other -> others.test(other.engine()))
            .mapToDouble(StepResult::secondsPerStep)
            .min();
    return best.isEmpty() ? "–" : format("%.2f", best.getAsDouble() / result.secondsPerStep());
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
