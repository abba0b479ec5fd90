package dev.kindling.data.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTest {
  private final Configuration hadoop = new Configuration();

  @TempDir private java.nio.file.Path directory;
  private Path path;
  private Manifest manifest;

  @BeforeEach
  void commitTwoFiles() throws IOException {
    path = new Path(directory.toUri());
    Files.writeString(directory.resolve("b.bin"), "0123456789");
    Files.createDirectories(directory.resolve("a"));
    Files.writeString(directory.resolve("a/c.bin"), "");
    Files.writeString(directory.resolve("_SUCCESS"), "");
    manifest =
        Manifest.describe(hadoop, path, "numbers", "f", Manifest.newDetails().put("answer", 42));
    manifest.commit(hadoop, path);
  }

  @Test
  void whatWasCommittedIsRead() {
    assertThat(Manifest.find(hadoop, path)).contains(manifest);
    assertThat(manifest.details().path("answer").asInt()).isEqualTo(42);
    assertThat(manifest.files())
        .extracting(Manifest.Entry::path)
        .containsExactly("a/c.bin", "b.bin");
    assertThat(manifest.files().get(0).sha256())
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  }

  @Test
  void aSecondCommitIsRefused() {
    assertThatThrownBy(() -> manifest.commit(hadoop, path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("exists already");
  }

  @Test
  void aFlippedByteIsFound() throws IOException {
    manifest.verify(hadoop, path);
    Files.writeString(
        directory.resolve("b.bin"), "0123456799", StandardOpenOption.TRUNCATE_EXISTING);

    assertThatThrownBy(() -> manifest.verify(hadoop, path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("b.bin has SHA-256");
  }

  @Test
  void aShorterFileIsFound() throws IOException {
    Files.writeString(directory.resolve("b.bin"), "012");

    assertThatThrownBy(() -> manifest.verify(hadoop, path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("b.bin has 3 bytes");
  }

  @Test
  void aMissingFileIsFound() throws IOException {
    Files.delete(directory.resolve("a/c.bin"));

    assertThatThrownBy(() -> manifest.verify(hadoop, path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a/c.bin is missing");
  }

  @Test
  void aTornManifestIsRefused() throws IOException {
    java.nio.file.Path file = directory.resolve(Manifest.NAME);
    String whole = Files.readString(file);
    Files.delete(directory.resolve("." + Manifest.NAME + ".crc"));
    Files.writeString(file, whole.substring(0, whole.length() / 2));

    assertThatThrownBy(() -> Manifest.find(hadoop, path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is not a manifest");
  }

  @Test
  void aManifestOfALaterVersionIsRefused() throws IOException {
    Files.delete(directory.resolve("." + Manifest.NAME + ".crc"));
    Files.writeString(directory.resolve(Manifest.NAME), "{\"schemaVersion\": 99}");

    assertThatThrownBy(() -> Manifest.find(hadoop, path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("schemaVersion 99");
  }

  @Test
  void onlyWhatIsMissingOrAlteredCountsAsDamage() throws IOException {
    Files.writeString(directory.resolve("b.bin"), "012");
    assertThatThrownBy(() -> manifest.verify(hadoop, path)).isInstanceOf(DamagedException.class);
    Files.delete(directory.resolve("b.bin"));
    assertThatThrownBy(() -> manifest.verify(hadoop, path)).isInstanceOf(DamagedException.class);

    replaceManifest("{\"schemaVersion\": 1, \"ki");
    assertThatThrownBy(() -> Manifest.find(hadoop, path)).isInstanceOf(DamagedException.class);
    replaceManifest("");
    assertThatThrownBy(() -> Manifest.find(hadoop, path)).isInstanceOf(DamagedException.class);
    replaceManifest("{\"schemaVersion\": 2}");
    assertThatThrownBy(() -> Manifest.find(hadoop, path))
        .isExactlyInstanceOf(InvalidInputException.class);
  }

  @Test
  void aByteFlippedUnderTheFilesystemsOwnChecksumIsDamageToo() throws IOException {
    try (OutputStream out = path.getFileSystem(hadoop).create(new Path(path, "b.bin"), true)) {
      out.write("0123456789".getBytes(StandardCharsets.UTF_8));
    }
    manifest.verify(hadoop, path);
    Files.writeString(directory.resolve("b.bin"), "0123456799");

    assertThatThrownBy(() -> manifest.verify(hadoop, path))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining("b.bin");
  }

  @Test
  void aManifestThatLacksAFieldIsRefusedByTheFieldsName() throws IOException {
    String whole = Files.readString(directory.resolve(Manifest.NAME));
    for (String name :
        List.of("kind", "fingerprint", "details", "files", "path", "bytes", "sha256")) {
      replaceManifest(whole.replace('"' + name + '"', "\"other\""));
      assertThatThrownBy(() -> Manifest.find(hadoop, path))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("'" + name + "'");
    }
  }

  private void replaceManifest(String content) throws IOException {
    Files.deleteIfExists(directory.resolve("." + Manifest.NAME + ".crc"));
    Files.writeString(directory.resolve(Manifest.NAME), content);
  }

  @Test
  void aDirectoryWithoutAManifestDoesNotExist() throws IOException {
    Files.delete(directory.resolve(Manifest.NAME));

    assertThat(Manifest.find(hadoop, path)).isEmpty();
    assertThatThrownBy(() -> Manifest.require(hadoop, path, "numbers"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("has no manifest.json");
  }

  @Test
  void anotherKindIsRefused() {
    assertThatThrownBy(() -> Manifest.require(hadoop, path, "letters"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("kind 'numbers'");
  }
}
