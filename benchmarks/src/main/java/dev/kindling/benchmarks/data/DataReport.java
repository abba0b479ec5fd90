package dev.kindling.benchmarks.data;

import dev.kindling.benchmarks.corpus.CorpusSummary;
import dev.kindling.benchmarks.report.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The measurements of all stages over one corpus, as tables. Every rate is of the corpus's bytes
 * before compression, also of a stage that reads less because an earlier one rejected some.
 *
 * @param corpus what was read
 * @param stages one measurement each
 * @param numCores that they ran on
 */
public record DataReport(CorpusSummary corpus, List<StageMeasurement> stages, int numCores) {
  /**
   * A stage in the JSON file.
   *
   * @param measurement what it took
   * @param corpusBytes before compression
   * @param numCores that it ran on
   * @param megabytesPerSecondAndCore millions of the corpus's bytes
   * @param ofWordCount that rate as a share of the word count's
   */
  public record Row(
      StageMeasurement measurement,
      long corpusBytes,
      int numCores,
      double megabytesPerSecondAndCore,
      double ofWordCount) {}

  /** One row for each stage. */
  public List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (StageMeasurement stage : stages) {
      double rate = rate(stage.seconds());
      rows.add(new Row(stage, corpus.bytes(), numCores, rate, rate / wordCountRate()));
    }
    return rows;
  }

  /** What each stage took. */
  public TextTable table() {
    TextTable table =
        new TextTable(
            "stage",
            "seconds",
            "MB/s per core",
            "of word count",
            "peak heap MiB",
            "after GC MiB",
            "shuffled MB",
            "spilled MB",
            "output MB");
    for (Row row : rows()) {
      StageMeasurement stage = row.measurement();
      table.row(
          stage.stage(),
          decimals(1, stage.seconds()),
          decimals(2, row.megabytesPerSecondAndCore()),
          decimals(2, row.ofWordCount()),
          Long.toString(stage.peakHeapBytes() >> 20),
          Long.toString(stage.peakLiveBytes() >> 20),
          decimals(1, stage.shuffleBytes() / 1e6),
          decimals(1, stage.spilledBytes() / 1e6),
          decimals(1, stage.outputBytes() / 1e6));
    }
    return table;
  }

  /** What stages are to reach, beside what they do. */
  public TextTable targets() {
    TextTable table = new TextTable("target", "at least", "reached", "met");
    for (Target target : Target.ALL) {
      seconds(target)
          .ifPresent(
              seconds -> {
                double rate = rate(seconds);
                double reached = target.ofWordCount() ? rate / wordCountRate() : rate;
                table.row(
                    target.name() + (target.ofWordCount() ? ", of word count" : ", MB/s per core"),
                    decimals(2, target.atLeast()),
                    decimals(2, reached),
                    reached >= target.atLeast() ? "yes" : "no");
              });
    }
    return table;
  }

  /** The time of all stages of a target, if they were all measured. */
  private Optional<Double> seconds(Target target) {
    double sum = 0;
    for (String name : target.stages()) {
      Optional<StageMeasurement> stage = named(name);
      if (stage.isEmpty()) {
        return Optional.empty();
      }
      sum += stage.get().seconds();
    }
    return Optional.of(sum);
  }

  private Optional<StageMeasurement> named(String name) {
    return stages.stream().filter(stage -> stage.stage().equals(name)).findFirst();
  }

  private double wordCountRate() {
    return rate(named(DataStage.WORD_COUNT).orElseThrow().seconds());
  }

  private double rate(double seconds) {
    return corpus.bytes() / 1e6 / seconds / numCores;
  }

  private static String decimals(int number, double value) {
    return String.format(Locale.ROOT, "%." + number + "f", value);
  }
}
