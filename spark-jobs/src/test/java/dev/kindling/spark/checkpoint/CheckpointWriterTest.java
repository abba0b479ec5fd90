package dev.kindling.spark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.parallel.ShardLayout;
import dev.kindling.spark.parallel.TrainingState;
import dev.kindling.spark.parallel.WorkerState;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointWriterTest extends CheckpointFixture {
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

  @ParameterizedTest(name = "files are moved by copying: {0}")
  @ValueSource(booleans = {false, true})
  void aProcessThatDiesAtAnyPointLeavesTheOlderCheckpointOrTheWholeNewOne(boolean copies) {
    if (copies) {
      CrashingFileSystem.moveByCopying();
    }
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

  @AfterEach
  void moveAtOnce() {
    CrashingFileSystem.moveAtOnce();
  }

  @Test
  void aStateThatForgetsItsPastGivesTheSameBitsFromTheFiles() {
    TrainingState source = state(10);
    JavaRDD<ParameterShard> shards = source.shards().filter(shard -> true);
    TrainingState committed =
        new TrainingState(LAYOUT, shards, source.workers().filter(worker -> true), List.of());
    JavaRDD<byte[]> later = shards.map(ParameterShard::theta);
    List<byte[]> before = later.collect();

    new CheckpointLoader(hadoop, write(10).directory().toString(), MODEL, LAYOUT)
        .replacePast(committed);

    assertThat(later.toDebugString()).contains("FilesRdd").doesNotContain("ParallelCollection");
    assertThat(later.collect()).containsExactlyElementsOf(before);
    assertThat(concatenated(committed)).isEqualTo(concatenated(source));
    assertThat(committed.workers().map(WorkerState::firstMoments).collect())
        .containsExactlyElementsOf(source.workers().map(WorkerState::firstMoments).collect());
  }

  @Test
  void aDriverThatWasReplacedCommitsNothing() {
    write(10);
    AtomicInteger asked = new AtomicInteger();

    assertThatThrownBy(
            () ->
                write(
                    20,
                    () -> {
                      // It was still the one when it began.
                      if (asked.incrementAndGet() > 1) {
                        throw new InvalidInputException("replaced", "one driver", "wait");
                      }
                    }))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("replaced");
    assertThat(exists(20)).isFalse();
    assertThat(newest().trainer().step()).isEqualTo(10);
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
  void aVectorThatTrainingDoesNotKeepIsWrittenWithoutAskingForMoreThanOneShard()
      throws IOException {
    ParameterShard first = state(10).shards().first();
    Iterator<ParameterShard> shards = List.of(first, first, first).iterator();

    WriteShardVector writer =
        new WriteShardVector(
            hadoop,
            checkpoints.toString(),
            CheckpointLayout.ShardVector.AVERAGED_FIRST_MOMENTS,
            LAYOUT.numElements());
    WrittenFile written = writer.call(shards).next();

    assertThat(shards).toIterable().hasSize(2);
    try (TensorFile file = TensorFile.open(hadoop.get(), new Path(written.attempt()))) {
      assertThat(file.require(CheckpointLayout.FIRST_MOMENTS).numBytes()).isZero();
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
}
