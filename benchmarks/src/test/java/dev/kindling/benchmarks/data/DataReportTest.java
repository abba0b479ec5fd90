package dev.kindling.benchmarks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.benchmarks.corpus.CorpusRecipe;
import dev.kindling.benchmarks.corpus.CorpusSummary;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DataReportTest {
  private static final CorpusSummary CORPUS =
      new CorpusSummary(CorpusRecipe.ofBytes(100_000_000), 100_000_000, 0, 0, 0, 0);

  private static StageMeasurement took(String stage, double seconds) {
    return new StageMeasurement(stage, seconds, 600L << 20, 200L << 20, 1_500_000, 0, 0);
  }

  @Test
  void ratesAreOfTheWholeCorpusAndPerCore() {
    DataReport report =
        new DataReport(CORPUS, List.of(took("word-count", 5), took("clean", 10)), 2);

    DataReport.Row clean = report.rows().get(1);
    assertThat(clean.megabytesPerSecondAndCore()).isCloseTo(5, within(1e-9));
    assertThat(clean.ofWordCount()).isCloseTo(0.5, within(1e-9));
    assertThat(report.table().toString())
        .containsPattern(
            "clean +\\| +10\\.0 \\| +5\\.00 \\| +0\\.50 \\| +600 \\| +200 \\| +1\\.5 ");
  }

  @Test
  void aTargetStandsBesideWhatWasReachedIfItsStagesWereMeasured() {
    String targets =
        new DataReport(
                CORPUS, List.of(took("word-count", 5), took("signals", 30), took("clean", 10)), 2)
            .targets()
            .toString();

    assertThat(targets)
        .containsPattern("signals \\+ clean, of word count +\\| +0\\.25 \\| +0\\.13 \\| no");
    assertThat(targets).doesNotContain("deduplicate");
  }

  @Test
  void everyStageReadsWhatAnEarlierOneWroteAndEveryTargetIsOfStages() {
    Set<String> written = new HashSet<>();
    for (DataStage stage : DataStage.ALL) {
      for (String argument : stage.arguments(Path.of("corpus"), Path.of("work"))) {
        if (argument.startsWith("work/") && !argument.equals("work/" + stage.name())) {
          assertThat(written).contains(argument);
        }
      }
      written.add("work/" + stage.name());
    }
    assertThat(Target.ALL)
        .allMatch(
            target ->
                written.containsAll(target.stages().stream().map(name -> "work/" + name).toList()));
  }
}
