package dev.kindling.data.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FingerprintTest {
  private record Settings(int size, List<String> names) {}

  private final Configuration hadoop = new Configuration();

  @TempDir private java.nio.file.Path temporary;

  private String ofInput(java.nio.file.Path input) {
    return Fingerprint.of("step", 1).withInput("in", hadoop, new Path(input.toUri())).sha256();
  }

  @Test
  void equalSettingsGiveEqualFingerprintsInAnyOrder() {
    String one =
        Fingerprint.of("step", 1)
            .with("settings", new Settings(3, List.of("a")))
            .with("other", Map.of("x", 1, "y", 2))
            .sha256();
    String two =
        Fingerprint.of("step", 1)
            .with("other", Manifest.newDetails().put("y", 2).put("x", 1))
            .with("settings", new Settings(3, List.of("a")))
            .sha256();

    assertThat(one).isEqualTo(two).hasSize(64);
  }

  @Test
  void everySettingAndTheVersionOfTheStepMatter() {
    assertThat(
            List.of(
                Fingerprint.of("step", 1).with("s", new Settings(3, List.of("a"))).sha256(),
                Fingerprint.of("step", 2).with("s", new Settings(3, List.of("a"))).sha256(),
                Fingerprint.of("other", 1).with("s", new Settings(3, List.of("a"))).sha256(),
                Fingerprint.of("step", 1).with("s", new Settings(4, List.of("a"))).sha256(),
                Fingerprint.of("step", 1).with("s", new Settings(3, List.of("b"))).sha256()))
        .doesNotHaveDuplicates();
  }

  @Test
  void anInputIsKnownByItsContentAndNotByItsPlace() throws IOException {
    java.nio.file.Path here = Files.createDirectories(temporary.resolve("here/sub"));
    java.nio.file.Path there = Files.createDirectories(temporary.resolve("there/sub"));
    Files.writeString(here.resolve("a.txt"), "same");
    Files.writeString(there.resolve("a.txt"), "same");
    assertThat(ofInput(here.getParent())).isEqualTo(ofInput(there.getParent()));

    Files.writeString(there.resolve("a.txt"), "else");
    assertThat(ofInput(here.getParent())).isNotEqualTo(ofInput(there.getParent()));
  }

  @Test
  void aFileThatJoinsACommittedDirectoryIsSeen() throws IOException {
    Path path = new Path(temporary.toUri());
    Files.writeString(temporary.resolve("a.txt"), "same");
    Manifest.describe(hadoop, path, "corpus", "f", Manifest.newDetails()).commit(hadoop, path);
    String before = ofInput(temporary);

    Files.writeString(temporary.resolve("b.txt"), "new");
    assertThat(ofInput(temporary)).isNotEqualTo(before);
  }

  @Test
  void hiddenFilesWhichNobodyReadsDoNotMatter() throws IOException {
    Files.writeString(temporary.resolve("a.txt"), "same");
    String before = ofInput(temporary);

    Files.writeString(temporary.resolve(".a.txt.swp"), "editing");
    Files.writeString(Files.createDirectories(temporary.resolve("_logs")).resolve("b.txt"), "log");
    assertThat(ofInput(temporary)).isEqualTo(before);
  }

  @Test
  void aMissingInputIsNamed() {
    assertThatThrownBy(() -> ofInput(temporary.resolve("nowhere")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("nowhere does not exist");
  }
}
