package dev.kindling.benchmarks.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.benchmarks.trainstep.StepTimes;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.train.Precision;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GpuWorkTest {
  @ParameterizedTest
  @CsvSource({"tiny, F32", "tiny, BF16", "tiny-bert, BF16"})
  void trainingStartsKnowingNothingAndLearnsTheBatch(String task, Precision precision) {
    try (Backend backend = Backends.open("onednn", 1);
        GpuWork work = GpuTaskProcess.open(GpuTask.named(task), precision, backend)) {
      double first = work.run();

      assertThat(first).isGreaterThan(Math.log(256) - 0.2);
      assertThat(StepTimes.repeat(work::run, 10, 0).lastLoss()).isLessThan(first - 0.1);
    }
  }

  @ParameterizedTest
  @CsvSource({"F32", "BF16"})
  void scoringGivesTheMeanLossOfAllTokens(Precision precision) {
    try (Backend backend = Backends.open("onednn", 1);
        GpuWork work = GpuTaskProcess.open(GpuTask.named("tiny-scoring"), precision, backend)) {
      assertThat(work.run()).isCloseTo(Math.log(256), within(0.2));
    }
  }
}
