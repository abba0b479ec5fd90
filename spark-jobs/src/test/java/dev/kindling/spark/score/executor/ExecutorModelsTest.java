package dev.kindling.spark.score.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.cli.TinyQuickstart;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.parallel.KernelSettings;
import dev.kindling.spark.score.ScoreJob;
import dev.kindling.spark.score.plan.ScoreMode;
import dev.kindling.spark.train.TestSpark;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutorModelsTest {
  private final Configuration hadoop = new Configuration();
  private final AtomicInteger loads = new AtomicInteger();

  @TempDir java.nio.file.Path directory;

  @Test
  void everyExecutorReadsTheModelOnceForAllOfItsTasks() {
    Path corpus = new Path(TinyQuickstart.get().step("documents").toUri());
    TestSpark.Workers workers = new TestSpark.Workers(2, 2, 1024);
    try (SparkSession spark =
        TestSpark.cluster(workers, Map.of("spark.kryo.registrationRequired", "false"))) {
      Manifest manifest =
          ScoreJob.run(
              spark,
              ConfigLoader.load(Optional.empty(), List.of("score.partitions=12")),
              ScoreMode.ROLLING,
              corpus,
              Optional.empty(),
              run(),
              new Path(directory.resolve("out").toUri()));

      // Twelve tasks on two executors of two cores.
      assertThat(manifest.details().path("parts").asInt()).isEqualTo(12);
      assertThat(manifest.details().path("modelsLoaded").asInt()).isEqualTo(2);
    }
  }

  @Test
  void tasksThatRunAtOnceShareWeightsAndThoseThatFollowShareAllOfIt() {
    ExecutorModels models = new ExecutorModels(60);
    ExecutorModels.Borrowed first = borrow(models, Precision.F32);
    ExecutorModels.Borrowed second = borrow(models, Precision.F32);
    ScoringModel freed = first.model();

    assertThat(second.model()).isNotSameAs(first.model());
    assertThat(second.model().tokenizer()).isSameAs(first.model().tokenizer());
    assertThat(second.model().transformer().parameters())
        .isSameAs(first.model().transformer().parameters());
    assertThat(loads).hasValue(1);

    first.close();
    try (ExecutorModels.Borrowed third = borrow(models, Precision.F32)) {
      assertThat(third.model()).isSameAs(freed);
    }
    try (ExecutorModels.Borrowed other = borrow(models, Precision.BF16)) {
      assertThat(other.model().model()).isNotSameAs(freed.model());
    }
    assertThat(loads).hasValue(2);
    second.close();
  }

  @Test
  void everyGpuHasWeightsOfItsOwn() {
    ExecutorModels models = new ExecutorModels(60);
    ExecutorModels.Borrowed first = borrow(models, Precision.F32, Optional.of("0"));
    first.close();

    try (ExecutorModels.Borrowed other = borrow(models, Precision.F32, Optional.of("1"));
        ExecutorModels.Borrowed same = borrow(models, Precision.F32, Optional.of("0"))) {
      assertThat(other.model()).isNotSameAs(first.model());
      assertThat(same.model()).isSameAs(first.model());
      assertThat(other.model().transformer().parameters())
          .isNotSameAs(first.model().transformer().parameters());
    }
    assertThat(loads).hasValue(2);
  }

  @Test
  void aModelThatNobodyNeedsAnyMoreIsFreed() throws InterruptedException {
    ExecutorModels models = new ExecutorModels(0);
    borrow(models, Precision.F32).close();
    // It is freed by another thread, at once or a little later.
    while (models.numLoaded() > 0) {
      Thread.onSpinWait();
    }

    try (ExecutorModels.Borrowed again = borrow(models, Precision.F32)) {
      assertThat(again.model().transformer().config().contextLength()).isEqualTo(32);
    }
    assertThat(loads).hasValue(2);
  }

  private ExecutorModels.Borrowed borrow(ExecutorModels models, Precision precision) {
    return borrow(models, precision, Optional.empty());
  }

  private ExecutorModels.Borrowed borrow(
      ExecutorModels models, Precision precision, Optional<String> gpu) {
    StoredModel stored = StoredModel.open(hadoop, run());
    KernelSettings settings = new KernelSettings("onednn", 1, gpu);
    return models.borrow(stored, precision, settings, loads::incrementAndGet);
  }

  private static Path run() {
    return new Path(TinyQuickstart.get().step("run").toUri());
  }
}
