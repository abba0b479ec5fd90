package dev.kindling.spark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.model.arch.Gpt;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.DType;
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
import org.apache.spark.storage.StorageLevel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointWriterTest {
  private static final GptConfig MODEL = new GptConfig(5, 3, 1, 1, 2, true);
  private static final ShardLayout LAYOUT = new ShardLayout(numParameters(), 3);
  private static final int NUM_REPLICAS = 2;

  private static SparkSession session;
  private static JavaSparkContext spark;
  private static HadoopSettings hadoop;

  @TempDir java.nio.file.Path directory;
  private Path checkpoints;
  private final List<String> warnings = new ArrayList<>();

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

  @Test
  void whatIsWrittenReadsBackUnderAnyLayout() {
    Checkpoint written = write(10);

    for (ShardLayout layout : List.of(LAYOUT, new ShardLayout(LAYOUT.numElements(), 7))) {
      TrainingState read =
          new CheckpointLoader(hadoop, written.directory().toString(), MODEL, layout)
              .load(spark, NUM_REPLICAS, StorageLevel.MEMORY_ONLY());
      assertThat(concatenated(read)).isEqualTo(concatenated(state(10)));
      assertThat(read.workers().map(WorkerState::secondMoments).collect())
          .containsExactlyElementsOf(state(10).workers().map(WorkerState::secondMoments).collect());
      read.release();
    }
  }

  @Test
  void aProcessThatDiesAtAnyPointLeavesTheOlderCheckpointOrTheWholeNewOne() {
    write(10);
    boolean survived = false;
    long numChanges = 0;
    for (; !survived; numChanges++) {
      CrashingFileSystem.crashAfter(numChanges);
      survived = tryToWrite(20);
      CrashingFileSystem.recover();

      Checkpoint newest = newest();
      assertThat(newest.trainer().step())
          .as("after %d changes", numChanges)
          .isEqualTo(survived ? 20 : 10);
      newest.manifest().verify(hadoop.get(), newest.directory());
    }
    // Fewer would mean that the filesystem was bypassed.
    assertThat(numChanges).isGreaterThan(40);
  }

  @Test
  void aProcessThatDiesWhileItDeletesOldOnesLeavesTheNewest() {
    boolean survived = false;
    for (long numChanges = 0; !survived; numChanges++) {
      for (long step : new long[] {10, 20, 30}) {
        if (!exists(step)) {
          write(step);
        }
      }
      CrashingFileSystem.crashAfter(numChanges);
      survived = tryToPrune(newest());
      CrashingFileSystem.recover();
      assertThat(newest().trainer().step()).isEqualTo(30);
    }
    assertThat(exists(10)).isFalse();
    assertThat(exists(20)).isTrue();
  }

  @Test
  void aDamagedNewestCheckpointIsPassedOverWithAWarningThatNamesTheFile() throws IOException {
    write(10);
    Checkpoint damaged = write(20);
    java.nio.file.Path file =
        java.nio.file.Path.of(damaged.directory().toUri().getPath(), "outer.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);

    assertThat(newest().trainer().step()).isEqualTo(10);
    assertThat(warnings).singleElement().asString().contains("outer.safetensors", "step-00000020");
  }

  @Test
  void aManifestThatIsCutAtAnyByteIsNotSelected() throws IOException {
    write(10);
    Checkpoint cut = write(20);
    java.nio.file.Path manifest =
        java.nio.file.Path.of(cut.directory().toUri().getPath(), Manifest.NAME);
    byte[] whole = Files.readAllBytes(manifest);
    // The last byte is the end of the line.
    for (int length = 0; length < whole.length - 1; length += 13) {
      Files.write(manifest, Arrays.copyOf(whole, length));
      assertThat(newest().trainer().step()).as("%d bytes", length).isEqualTo(10);
    }
  }

  @Test
  void aTwinThatWritesLateDoesNotChangeACommittedCheckpoint() throws IOException {
    Checkpoint committed = write(10);

    AttemptFile twin =
        AttemptFile.create(hadoop, committed.directory().toString(), "model.safetensors");
    twin.write(new byte[100], 0, 100);
    twin.close();

    assertThat(newest().manifest().files()).isEqualTo(committed.manifest().files());
    committed.manifest().verify(hadoop.get(), committed.directory());
  }

  @Test
  void aCheckpointThatAnotherRunCommittedIsNotOverwritten() {
    Checkpoint committed = write(10);

    assertThatThrownBy(() -> write(10))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("was committed meanwhile");
    committed.manifest().verify(hadoop.get(), committed.directory());
  }

  @Test
  void aDirectoryWithoutManifestIsNoCheckpointForReaders() throws IOException {
    Checkpoint committed = write(10);
    Files.delete(java.nio.file.Path.of(committed.directory().toUri().getPath(), Manifest.NAME));

    assertThatThrownBy(() -> CheckpointReader.open(hadoop.get(), committed.directory()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("has no manifest.json");
  }

  @Test
  void aReaderFindsTheNewestOfARunAndRefusesDamagedParameters() throws IOException {
    write(10);
    Checkpoint newest = write(20);
    Path run = checkpoints.getParent();

    CheckpointReader reader = CheckpointReader.open(hadoop.get(), run);
    assertThat(reader.directory().getName()).isEqualTo("step-00000020");
    assertThat(reader.model()).isEqualTo(MODEL);
    assertThat(reader.trainerState().step()).isEqualTo(20);
    try (ParameterStore parameters = ParameterStore.allocate(Gpt.layout(MODEL), DType.F32)) {
      reader.load(parameters);
      byte[] loaded = new byte[Math.toIntExact(LAYOUT.numBytes())];
      parameters.readBytes(0, Math.toIntExact(LAYOUT.numElements()), loaded, 0);
      assertThat(loaded).isEqualTo(vector(20, 0));

      java.nio.file.Path file =
          java.nio.file.Path.of(newest.directory().toUri().getPath(), "model.safetensors");
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length - 3] ^= 4;
      Files.write(file, bytes);
      assertThatThrownBy(() -> reader.load(parameters))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("model.safetensors");
    }
  }

  private boolean tryToWrite(long step) {
    try {
      write(step);
      return true;
    } catch (Exception e) {
      // Spark throws its checked SparkException undeclared.
      assertThat(CrashingFileSystem.hasCrashed()).as(e.toString()).isTrue();
      return false;
    }
  }

  private boolean tryToPrune(Checkpoint newest) {
    try {
      new Checkpoints(spark, hadoop, checkpoints).prune(newest, 2);
      return true;
    } catch (Exception e) {
      // Spark throws its checked SparkException undeclared.
      assertThat(CrashingFileSystem.hasCrashed()).as(e.toString()).isTrue();
      return false;
    }
  }

  private Checkpoint write(long step) {
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
    return new CheckpointWriter(spark, hadoop, known)
        .write(
            new CheckpointContent(
                state(step),
                trainer,
                MODEL,
                OptionalInt.empty(),
                "{}".getBytes(StandardCharsets.UTF_8),
                "{\"event\":\"step\"}\n".getBytes(StandardCharsets.UTF_8)));
  }

  private Checkpoint newest() {
    return new Checkpoints(spark, hadoop, checkpoints).newestValid(warnings::add).orElseThrow();
  }

  private boolean exists(long step) {
    return Manifest.find(
            new Configuration(hadoop.get()), CheckpointLayout.directory(checkpoints, step))
        .isPresent();
  }

  /** A state whose every byte is decided by the step and the vector's number. */
  private static TrainingState state(long step) {
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

  private static byte[] vector(long step, int number) {
    byte[] bytes = new byte[Math.toIntExact(LAYOUT.numBytes())];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (31 * step + 7L * number + i);
    }
    return bytes;
  }

  private static byte[] part(long step, int number, int shard) {
    int from = Math.toIntExact(LAYOUT.byteOffset(shard));
    return Arrays.copyOfRange(vector(step, number), from, from + LAYOUT.byteLength(shard));
  }

  /** θ and the outer momentum, whatever the cut. */
  private static List<Byte> concatenated(TrainingState state) {
    List<Byte> bytes = new ArrayList<>();
    List<ParameterShard> shards = state.shards().collect();
    shards.forEach(shard -> addAll(bytes, shard.theta()));
    shards.forEach(shard -> addAll(bytes, shard.outerMomentum()));
    return bytes;
  }

  private static void addAll(List<Byte> destination, byte[] bytes) {
    for (byte value : bytes) {
      destination.add(value);
    }
  }

  private static long numParameters() {
    return Gpt.layout(MODEL).stream().mapToLong(ParameterStore.Slice::numElements).sum();
  }
}
