package dev.kindling.spark.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.report.RunFiles;
import dev.kindling.spark.train.ProgressListener;
import dev.kindling.spark.train.TestSpark;
import dev.kindling.spark.train.TinyTokens;
import dev.kindling.spark.train.TrainingPlan;
import dev.kindling.spark.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.metrics.sink.CsvSink;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sink of Spark's own, in a driver and two executors. */
class KindlingPluginTest {
  private static final String SINK = "spark.metrics.conf.*.sink.csv.";
  private static final String SOURCE = ".plugin." + KindlingPlugin.class.getName() + ".";

  @TempDir private Path directory;
  private Path sink;

  @Test
  void driverAndExecutorsTellAnySinkHowARunGoes() throws Exception {
    sink = Files.createDirectory(directory.resolve("sink"));
    Path run = directory.resolve("run");
    try (SparkSession spark = TestSpark.cluster(2, settings());
        WatchService watch = sink.getFileSystem().newWatchService()) {
      sink.register(
          watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
      train(spark, run);
      JsonNode round = last(run, "round");

      await(watch, () -> value("driver", "training.step") == 4);
      assertThat(value("driver", "training.round")).isEqualTo(2);
      assertThat(value("driver", "training.tokens")).isEqualTo(round.path("tokens").asDouble());
      assertThat(value("driver", "training.tokensPerSecond"))
          .isEqualTo(round.path("tokens_per_second").asDouble());
      assertThat(value("driver", "training.loss"))
          .isEqualTo(last(run, "step").path("loss").asDouble());
      assertThat(value("driver", "training.bytesMoved")).isPositive();
      assertThat(value("driver", "training.computeSeconds")).isPositive();
      assertThat(value("driver", "training.averagingSeconds")).isPositive();
      assertThat(value("driver", "training.skippedSteps")).isZero();
      double validationLoss = last(run, "evaluation").path("validation_loss").asDouble();
      await(watch, () -> value("driver", "training.validationLoss") == validationLoss);

      for (String executor : List.of("0", "1")) {
        // Each took the steps of one of the two ranks in both rounds.
        await(watch, () -> value(executor, "ranks.steps") == 4);
        assertThat(value(executor, "ranks.tokens")).isEqualTo(round.path("tokens").asDouble() / 2);
        assertThat(value(executor, "ranks.computeSeconds")).isPositive();
        assertThat(value(executor, "ranks.waitSeconds")).isPositive();
        assertThat(value(executor, "ranks.tensorBytes")).isNotNegative();
      }
    }
  }

  private Map<String, String> settings() {
    return Map.of(
        "spark.plugins",
        KindlingPlugin.class.getName(),
        "spark.metrics.namespace",
        "kindling",
        SINK + "class",
        CsvSink.class.getName(),
        SINK + "directory",
        sink.toString(),
        SINK + "period",
        "1",
        SINK + "unit",
        "seconds");
  }

  private void train(SparkSession spark, Path run) throws IOException {
    String settings =
        "training.backend=onednn model.numLayers=1 model.numHeads=2 model.embeddingSize=8"
            + " model.contextLength=8 training.steps=4 dataParallelism.localSteps=2"
            + " training.batchSize=2 parallel.dataParallel=2 dataParallelism.mode=synchronous";
    TrainingRun.run(
        spark,
        TrainingPlan.of(
            ConfigLoader.load(Optional.empty(), List.of(settings.split(" +"))),
            TinyTokens.write(directory.resolve("tokens")),
            new org.apache.hadoop.fs.Path(run.toUri())),
        ProgressListener.NONE);
  }

  private static JsonNode last(Path run, String event) {
    return new RunFiles(new Configuration(), new org.apache.hadoop.fs.Path(run.toUri()))
        .readMetrics().stream()
            .filter(line -> line.path("event").asText().equals(event))
            .reduce((first, second) -> second)
            .orElseThrow();
  }

  /** Waits until the sink has written what is expected. */
  private static void await(WatchService watch, BooleanSupplier condition)
      throws InterruptedException {
    while (!condition.getAsBoolean()) {
      WatchKey key = watch.poll(1, TimeUnit.MINUTES);
      assertThat(key).as("the sink goes on writing").isNotNull();
      key.pollEvents();
      key.reset();
    }
  }

  /** The newest value of a metric; NaN if there is none yet. */
  private double value(String process, String metric) {
    Path file = sink.resolve("kindling." + process + SOURCE + metric + ".csv");
    if (!Files.exists(file)) {
      return Double.NaN;
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .skip(1)
          .reduce((first, second) -> second)
          .map(line -> Double.parseDouble(line.split(",", 2)[1]))
          .orElse(Double.NaN);
    } catch (IOException e) {
      throw new AssertionError("cannot read " + file, e);
    }
  }
}
