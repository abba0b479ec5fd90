package dev.kindling.model.backend.check;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a check of all kernels found.
 *
 * @param seed of the numbers that they were given
 * @param seconds that it took
 */
public record KernelReport(long seed, List<KernelResult> results, double seconds) {
  private static final int MOST_FAILURES_TOLD = 5;

  /** The calls that were computed wrong. */
  public List<KernelResult> failures() {
    return results.stream().filter(result -> !result.isPassed()).toList();
  }

  /** What was found, in words: one line if all is right. */
  @Override
  public String toString() {
    List<KernelResult> failures = failures();
    return failures.isEmpty() ? agreement() : disagreement(failures);
  }

  private String agreement() {
    Optional<Difference> largest =
        results.stream()
            .flatMap(result -> result.difference().stream())
            .reduce(Difference::orLarger);
    return String.format(
        Locale.ROOT,
        "%d kernels agree with ND4J's in double (%s; largest error %.1e of %.1e allowed; %.1f s)",
        numKernels(results),
        String.join(", ", results.stream().map(KernelResult::arithmetic).distinct().toList()),
        largest.map(Difference::error).orElse(0.0),
        largest.map(Difference::tolerance).orElse(0.0),
        seconds);
  }

  private String disagreement(List<KernelResult> failures) {
    StringBuilder text = new StringBuilder();
    text.append(numKernels(failures))
        .append(" of ")
        .append(numKernels(results))
        .append(" kernels do not agree with ND4J's in double (seed ")
        .append(seed)
        .append("):");
    failures.stream().limit(MOST_FAILURES_TOLD).forEach(f -> text.append('\n').append(f));
    if (failures.size() > MOST_FAILURES_TOLD) {
      text.append("\nand ").append(failures.size() - MOST_FAILURES_TOLD).append(" more");
    }
    return text.toString();
  }

  private static long numKernels(List<KernelResult> results) {
    return results.stream().map(KernelResult::kernel).distinct().count();
  }
}
