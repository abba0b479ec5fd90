package dev.kindling.spark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.DamagedException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;

class CheckpointReaderTest extends CheckpointFixture {
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
    try (ParameterStore parameters = ParameterStore.allocate(MODEL.layout(), DType.F32)) {
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

  @Test
  void aReaderPassesOverATornManifestForTheCheckpointBeforeIt() throws IOException {
    write(10);
    tear(write(20), Manifest.NAME);

    CheckpointReader reader = CheckpointReader.open(hadoop.get(), checkpoints.getParent());

    assertThat(reader.directory().getName()).isEqualTo("step-00000010");
    assertThat(reader.trainerState().step()).isEqualTo(10);
  }

  @Test
  void aReaderNamesTheTornManifestWhereThereIsNoOtherCheckpoint() throws IOException {
    tear(write(20), Manifest.NAME);

    assertThatThrownBy(() -> CheckpointReader.open(hadoop.get(), checkpoints.getParent()))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining("step-00000020");
  }

  @Test
  void aReaderRefusesATokenizerThatIsNotTheOneOfTheManifest() throws IOException {
    Checkpoint checkpoint = write(10);
    Files.writeString(local(checkpoint, "tokenizer.json"), "[]");

    assertThatThrownBy(() -> CheckpointReader.open(hadoop.get(), checkpoint.directory()))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining("tokenizer.json");
  }
}
