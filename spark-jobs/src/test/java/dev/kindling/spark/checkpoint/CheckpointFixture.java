package dev.kindling.spark.checkpoint;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.io.SpecialTokenIds;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.Mesh;
import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.parallel.ShardLayout;
import dev.kindling.spark.parallel.TrainingState;
import dev.kindling.spark.parallel.WorkerState;
import dev.kindling.spark.train.TestSpark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints of a tiny model on a filesystem that can fail. */
abstract class CheckpointFixture {
  static final GptConfig MODEL = new GptConfig(5, 3, 1, 1, 2, true);
  static final ShardLayout LAYOUT = new ShardLayout(numParameters(), 3);
  static final int NUM_REPLICAS = 2;

  static SparkSession session;
  static JavaSparkContext spark;
  static HadoopSettings hadoop;

  @TempDir java.nio.file.Path directory;
  Path checkpoints;
  final List<String> warnings = new ArrayList<>();

  @BeforeAll
  static void start() {
    session = TestSpark.local(2);
    spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    spark
        .hadoopConfiguration()
        .set("fs." + CrashingFileSystem.SCHEME + ".impl", CrashingFileSystem.class.getName());
    hadoop = HadoopSettings.send(spark);
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  @BeforeEach
  void chooseDirectory() {
    checkpoints = new Path(CrashingFileSystem.SCHEME + "://" + directory.resolve("checkpoints"));
  }

  @AfterEach
  void recover() {
    CrashingFileSystem.recover();
  }

  Checkpoint write(long step) {
    return write(step, () -> {});
  }

  Checkpoint write(long step, Runnable fence) {
    TrainerState trainer =
        new TrainerState(
            step,
            step / 10,
            step * 100,
            1,
            Mesh.ofReplicas(NUM_REPLICAS),
            LAYOUT.numElements(),
            Manifest.newDetails(),
            0,
            0,
            0);
    Checkpoints known = new Checkpoints(spark, hadoop, checkpoints);
    // As a run does that goes on: it learns here what is damaged and may be replaced.
    known.newestValid(warnings::add);
    return new CheckpointWriter(spark, hadoop, known, fence)
        .write(
            new CheckpointContent(
                state(step),
                trainer,
                MODEL,
                SpecialTokenIds.ofText(OptionalInt.empty(), OptionalInt.empty()),
                "{}".getBytes(StandardCharsets.UTF_8),
                "{\"event\":\"step\"}\n".getBytes(StandardCharsets.UTF_8)));
  }

  Checkpoint newest() {
    return new Checkpoints(spark, hadoop, checkpoints).newestValid(warnings::add).orElseThrow();
  }

  boolean exists(long step) {
    return Manifest.find(
            new Configuration(hadoop.get()), CheckpointLayout.directory(checkpoints, step))
        .isPresent();
  }

  /** A state whose every byte is decided by the step and the vector's number. */
  static TrainingState state(long step) {
    List<ParameterShard> shards =
        IntStream.range(0, LAYOUT.numShards())
            .mapToObj(
                shard ->
                    new ParameterShard(
                        shard,
                        part(step, 0, shard),
                        part(step, 1, shard),
                        new byte[0],
                        new byte[0]))
            .toList();
    List<WorkerState> workers =
        IntStream.range(0, NUM_REPLICAS)
            .mapToObj(
                replica ->
                    new WorkerState(
                        replica, vector(step, 2 + 2 * replica), vector(step, 3 + 2 * replica)))
            .toList();
    return new TrainingState(
        LAYOUT,
        spark.parallelize(new ArrayList<>(shards), shards.size()),
        spark.parallelize(new ArrayList<>(workers), workers.size()),
        List.of());
  }

  static byte[] vector(long step, int number) {
    byte[] bytes = new byte[Math.toIntExact(LAYOUT.numBytes())];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (31 * step + 7L * number + i);
    }
    return bytes;
  }

  static byte[] part(long step, int number, int shard) {
    int from = Math.toIntExact(LAYOUT.byteOffset(shard));
    return Arrays.copyOfRange(vector(step, number), from, from + LAYOUT.byteLength(shard));
  }

  /** θ and the outer momentum, whatever the cut. */
  static List<Byte> concatenated(TrainingState state) {
    List<Byte> bytes = new ArrayList<>();
    List<ParameterShard> shards = state.shards().collect();
    shards.forEach(shard -> addAll(bytes, shard.theta()));
    shards.forEach(shard -> addAll(bytes, shard.outerMomentum()));
    return bytes;
  }

  static void addAll(List<Byte> destination, byte[] bytes) {
    for (byte value : bytes) {
      destination.add(value);
    }
  }

  static long numParameters() {
    return MODEL.layout().stream().mapToLong(ParameterStore.Slice::numElements).sum();
  }

  /** A file as it lies on the local disk. */
  static java.nio.file.Path local(Checkpoint checkpoint, String name) {
    return java.nio.file.Path.of(checkpoint.directory().toUri().getPath(), name);
  }

  /** Alters the last byte of a file. */
  static void damage(Checkpoint checkpoint, String name) throws IOException {
    java.nio.file.Path file = local(checkpoint, name);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
  }

  /** Leaves half of a file. */
  static void tear(Checkpoint checkpoint, String name) throws IOException {
    java.nio.file.Path file = local(checkpoint, name);
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
  }
}
