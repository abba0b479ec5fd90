package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real name node and data node in this JVM: tokens, run directory and checkpoints on HDFS. */
class HdfsTest {
  @TempDir static java.nio.file.Path directory;
  private static MiniDFSCluster hdfs;
  private static FileSystem fs;
  private static SparkSession spark;
  private static Path tokens;
  private static TrainingResult onDisk;

  @BeforeAll
  static void start() throws IOException {
    Configuration settings = new Configuration();
    settings.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, directory.resolve("hdfs").toString());
    hdfs = new MiniDFSCluster.Builder(settings).numDataNodes(1).build();
    hdfs.waitClusterUp();
    fs = hdfs.getFileSystem();
    spark = TestSpark.local(2);
    Path local = TinyTokens.write(directory.resolve("tokens"));
    onDisk =
        TrainingRun.run(
            spark, TinyPlan.of(local, directory.resolve("run")).plan(), ProgressListener.NONE);
    tokens = fs.makeQualified(new Path("/tokens"));
    fs.copyFromLocalFile(local, tokens);
  }

  @AfterAll
  static void stop() {
    spark.stop();
    hdfs.shutdown(true);
  }

  @Test
  void aWholeRunGivesTheBitsOfOneOnTheLocalDisk() throws IOException {
    Path run = fs.makeQualified(new Path("/whole/run"));

    TrainingResult result = TrainingRun.run(spark, plan(run), ProgressListener.NONE);

    assertThat(RunFiles.tensorHashes(result.checkpoint()))
        .isEqualTo(RunFiles.tensorHashes(onDisk.checkpoint()));
    assertThat(fs.exists(new Path(run, "summary.json"))).isTrue();
    assertThat(TrainingRun.run(spark, plan(run), ProgressListener.NONE).wasComplete()).isTrue();
    assertThat(names(run)).noneMatch(name -> name.startsWith("_lease"));
  }

  @Test
  void aRunThatGoesOnAfterItsDriverStoppedEndsWithTheSameBits() {
    Path run = fs.makeQualified(new Path("/resumed"));

    assertThatThrownBy(() -> TrainingRun.run(spark, plan(run), new StopAfterRound(3)))
        .isInstanceOf(StopAfterRound.DriverStopped.class);
    TrainingResult resumed = TrainingRun.run(spark, plan(run), ProgressListener.NONE);

    assertThat(RunFiles.tensorHashes(resumed.checkpoint()))
        .isEqualTo(RunFiles.tensorHashes(onDisk.checkpoint()));
  }

  @Test
  void aTornCheckpointIsPassedOverForTheOneBeforeIt() throws IOException {
    Path run = fs.makeQualified(new Path("/torn"));
    TrainingResult whole = TrainingRun.run(spark, plan(run), ProgressListener.NONE);
    Path model = new Path(whole.checkpoint(), "model.safetensors");
    cutLastByte(model);
    List<String> warnings = new ArrayList<>();

    TrainingResult again =
        TrainingRun.run(
            spark,
            plan(run),
            new ProgressListener() {
              @Override
              public void warning(String message) {
                warnings.add(message);
              }
            });

    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("model.safetensors", "is damaged and is passed over");
    assertThat(again.wasComplete()).isFalse();
    assertThat(RunFiles.tensorHashes(again.checkpoint()))
        .isEqualTo(RunFiles.tensorHashes(onDisk.checkpoint()));
  }

  @Test
  void aCheckpointWithoutItsManifestDoesNotExist() throws IOException {
    Path run = fs.makeQualified(new Path("/uncommitted"));
    TrainingResult whole = TrainingRun.run(spark, plan(run), ProgressListener.NONE);
    assertThat(fs.delete(new Path(whole.checkpoint(), Manifest.NAME), false)).isTrue();
    try (OutputStream left = fs.create(new Path(whole.checkpoint(), "_attempts/model.zombie"))) {
      left.write(1);
    }

    TrainingResult again = TrainingRun.run(spark, plan(run), ProgressListener.NONE);

    assertThat(RunFiles.tensorHashes(again.checkpoint()))
        .isEqualTo(RunFiles.tensorHashes(onDisk.checkpoint()));
    assertThat(names(again.checkpoint())).doesNotContain("_attempts");
  }

  @Test
  void aSecondDriverIsRefusedAndTouchesNothing() throws IOException {
    Path run = fs.makeQualified(new Path("/leased"));
    try (RunLease held =
        RunLease.acquire(fs.getConf(), run, "application_1", RunLease.Timing.DEFAULT)) {
      assertThatThrownBy(() -> TrainingRun.run(spark, plan(run), ProgressListener.NONE))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("is in use by application application_1");

      assertThat(names(run)).containsExactly("_lease-00000001");
      held.requireHeld();
    }
  }

  private static void cutLastByte(Path file) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(fs.getFileStatus(file).getLen() - 1)];
    try (FSDataInputStream in = fs.open(file)) {
      in.readFully(bytes);
    }
    try (OutputStream out = fs.create(file, true)) {
      out.write(bytes);
    }
  }

  private static List<String> names(Path path) throws IOException {
    List<String> names = new ArrayList<>();
    for (FileStatus status : fs.listStatus(path)) {
      names.add(status.getPath().getName());
    }
    return names;
  }

  private static TrainingPlan plan(Path run) {
    TrainingPlan tiny = TinyPlan.of(tokens, directory).plan();
    return new TrainingPlan(
        tiny.tokens(),
        run,
        tiny.seed(),
        tiny.model(),
        tiny.objective(),
        tiny.training(),
        tiny.parallel(),
        tiny.dataParallelism(),
        tiny.checkpoint(),
        tiny.numShards());
  }
}
