package dev.kindling.spark.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.data.InvalidInputException;
import dev.kindling.model.backend.Backends;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.report.RunFiles;
import dev.kindling.spark.report.RunReport;
import dev.kindling.spark.train.ProgressListener;
import dev.kindling.spark.train.TestSpark;
import dev.kindling.spark.train.TinyTokens;
import dev.kindling.spark.train.TrainingPlan;
import dev.kindling.spark.train.TrainingRun;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped settings and script for GPUs, on a machine whose driver says that it has two. */
class TaskDevicesTest {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

  @TempDir private Path directory;

  @Test
  void theScriptTellsSparkWhichGpusThereAre() throws Exception {
    Process script = new ProcessBuilder(discovery().toString()).start();

    String printed = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(script.waitFor()).isZero();
    JsonNode told = new ObjectMapper().readTree(printed);
    assertThat(told.path("name").asText()).isEqualTo("gpu");
    assertThat(told.path("addresses")).extracting(JsonNode::asText).containsExactly("0", "1");
  }

  /** One worker with two cores and two GPUs, so two executors, each with one of both. */
  @Test
  void everyRankIsOnAGpuOfItsOwnAndSaysWhich() throws Exception {
    Map<String, String> settings = new HashMap<>(profile());
    settings.put("spark.worker.resource.gpu.amount", "2");
    settings.put("spark.worker.resource.gpu.discoveryScript", discovery().toString());
    settings.put("spark.executor.cores", "1");
    RunFiles run =
        new RunFiles(
            new Configuration(), new org.apache.hadoop.fs.Path(directory.resolve("run").toUri()));
    try (SparkSession spark = TestSpark.cluster(new TestSpark.Workers(1, 2, 2048), settings)) {
      theirTasksAreAskedWhatAutoIs(spark);
      train(spark, run);
    }

    for (JsonNode line : run.readMetrics()) {
      if (line.path("event").asText().equals("timeline")) {
        assertThat(line.path("ranks"))
            .extracting(rank -> rank.path("gpu").asText())
            .containsExactlyInAnyOrder("0", "1");
        assertThat(line.path("ranks"))
            .extracting(rank -> rank.path("executor").asText())
            .containsExactlyInAnyOrder("0", "1");
      }
    }
    RunReport.write(run);
    assertThat(run.read(RunFiles.REPORT))
        .containsPattern(">executor 0, [^,<]+, GPU [01]<")
        .containsPattern(">executor 1, [^,<]+, GPU [01]<");
  }

  private static void theirTasksAreAskedWhatAutoIs(SparkSession session) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());

    // The machine of executors is the driver's here.
    assertThat(ClusterBackends.resolve(spark, "auto")).isEqualTo(Backends.resolve("auto"));
    assertThat(spark.statusTracker().getJobIdsForGroup(null)).hasSize(1);
  }

  @Test
  void aRankWithSeveralGpusIsToldWhatToSet() {
    assertThat(new TaskDevices(List.of()).gpu()).isEmpty();
    assertThat(new TaskDevices(List.of("3")).gpu()).contains("3");
    assertThatThrownBy(() -> new TaskDevices(List.of("0", "1")).gpu())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            "GPUs 0, 1", "spark.task.resource.gpu.amount=1", "spark.executor.resource.gpu.amount");
  }

  private void train(SparkSession spark, RunFiles run) throws IOException {
    String settings =
        "training.backend=onednn model.numLayers=1 model.numHeads=2 model.embeddingSize=8"
            + " model.contextLength=8 training.steps=4 dataParallelism.localSteps=2"
            + " training.batchSize=2 parallel.dataParallel=2 dataParallelism.mode=synchronous";
    TrainingRun.run(
        spark,
        TrainingPlan.of(
            ConfigLoader.load(Optional.empty(), List.of(settings.split(" +"))),
            TinyTokens.write(directory.resolve("tokens")),
            run.run()),
        ProgressListener.NONE);
  }

  private static Map<String, String> profile() throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(HOME.resolve("conf/spark/gpu.conf"))) {
      properties.load(reader);
    }
    Map<String, String> settings = new HashMap<>();
    properties.stringPropertyNames().forEach(key -> settings.put(key, properties.getProperty(key)));
    return settings;
  }

  /** The shipped script, where {@code nvidia-smi} is ours. */
  private Path discovery() throws IOException {
    Path tools = Files.createDirectories(directory.resolve("tools"));
    executable(
        tools.resolve("nvidia-smi"),
        """
        #!/bin/sh
        [ "$*" = "--query-gpu=index --format=csv,noheader" ] || exit 1
        printf '0\\n1\\n'
        """);
    return executable(
        directory.resolve("discover"),
        """
        #!/bin/sh
        PATH="%s:$PATH" exec "%s/bin/discover-gpus"
        """
            .formatted(tools, HOME));
  }

  private static Path executable(Path file, String script) throws IOException {
    Files.writeString(file, script);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
