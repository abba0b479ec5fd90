package dev.kindling.spark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;

class CheckpointsTest extends CheckpointFixture {
  @Test
  void whereNothingWasCommittedThereIsNothingToGoOnFrom() {
    assertThat(new Checkpoints(spark, hadoop, checkpoints).newestValid(warnings::add)).isEmpty();
    assertThat(warnings).isEmpty();
  }

  @Test
  void aFileThatCannotBeReadStopsTheRunAndCountsForNothing() {
    write(10);
    write(20);

    for (String name : List.of("outer.safetensors", "model.safetensors", "trainer.json")) {
      CrashingFileSystem.refuseToRead(name);
      assertThatThrownBy(this::newest)
          .isExactlyInstanceOf(InvalidInputException.class)
          .hasMessageContaining(name)
          .hasMessageContaining("the storage does not answer");
    }
    CrashingFileSystem.refuseToRead(Manifest.NAME);
    assertThatThrownBy(this::newest)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("step-00000020");

    CrashingFileSystem.recover();
    assertThat(newest().trainer().step()).isEqualTo(20);
    assertThat(warnings).isEmpty();
  }

  @Test
  void aCheckpointOfANewerVersionStopsTheRun() throws IOException {
    write(10);
    java.nio.file.Path manifest = local(write(20), Manifest.NAME);
    String written = Files.readString(manifest);
    Files.writeString(manifest, written.replace("\"schemaVersion\" : 1", "\"schemaVersion\" : 2"));

    assertThatThrownBy(this::newest)
        .isExactlyInstanceOf(InvalidInputException.class)
        .hasMessageContaining("schemaVersion 2");
    assertThat(warnings).isEmpty();
  }

  @Test
  void aRunWhoseCheckpointsAreAllDamagedDoesNotStartOver() throws IOException {
    Checkpoint first = write(10);
    Checkpoint second = write(20);
    damage(first, "model.safetensors");
    tear(second, Manifest.NAME);

    assertThatThrownBy(this::newest)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("step-00000010")
        .hasMessageContaining("step-00000020")
        .hasMessageContaining("choose another --output");
    assertThat(local(first, "model.safetensors")).exists();
    assertThat(local(second, Manifest.NAME)).exists();
  }

  @Test
  void aLaterCheckpointOfAnotherRunStopsThePruningAndStays() {
    write(10);
    Checkpoint mine = write(20);
    Checkpoints known = new Checkpoints(spark, hadoop, checkpoints);
    Checkpoint later = write(30);

    assertThatThrownBy(() -> known.prune(mine, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("another run went on")
        .hasMessageContaining("step-00000030");
    later.manifest().verify(hadoop.get(), later.directory());
    assertThat(exists(10)).isTrue();
  }

  @Test
  void aLaterCheckpointThatWasFoundDamagedGoesAndAnUncommittedOneStays() throws IOException {
    write(10);
    Checkpoint damaged = write(30);
    damage(damaged, "model.safetensors");
    Path beingWritten = CheckpointLayout.directory(checkpoints, 40);
    Files.createDirectories(java.nio.file.Path.of(beingWritten.toUri().getPath()));
    Checkpoints known = new Checkpoints(spark, hadoop, checkpoints);

    known.prune(known.newestValid(warnings::add).orElseThrow(), 2);

    assertThat(Checkpoints.newestFirst(hadoop.get(), checkpoints))
        .extracting(Path::getName)
        .containsExactly("step-00000040", "step-00000010");
  }
}
