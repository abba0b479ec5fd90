package dev.kindling.data.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputDirectoryTest {
  private final Configuration hadoop = new Configuration();

  @TempDir private java.nio.file.Path temporary;
  private java.nio.file.Path directory;
  private Path path;

  @BeforeEach
  void chooseDirectory() {
    directory = temporary.resolve("output");
    path = new Path(directory.toUri());
  }

  private OutputDirectory open(String kind, String fingerprint) {
    return OutputDirectory.open(hadoop, path, kind, fingerprint, "part-*", "more");
  }

  private Manifest writeOnce(String fingerprint) throws IOException {
    try (OutputDirectory output = open("numbers", fingerprint)) {
      Files.writeString(directory.resolve("part-0"), "one");
      Files.createDirectories(directory.resolve("more"));
      Files.writeString(directory.resolve("more/part-1"), "two");
      return output.commit(Manifest.newDetails().put("count", 2));
    }
  }

  /** What a killed process leaves: nobody closes or commits. */
  private void interrupt() throws IOException {
    OutputDirectory unused = open("numbers", "a");
    assertThat(unused.finished()).isEmpty();
    Files.writeString(directory.resolve("part-0"), "half");
  }

  @Test
  void aNewDirectoryIsCommittedWithItsFiles() throws IOException {
    Manifest manifest = writeOnce("a");

    assertThat(manifest.files())
        .extracting(Manifest.Entry::path)
        .containsExactly("more/part-1", "part-0");
    assertThat(Manifest.require(hadoop, path, "numbers")).isEqualTo(manifest);
    manifest.verify(hadoop, path);
    assertThat(directory.resolve("_writing-numbers")).doesNotExist();
  }

  @Test
  void aManifestOfANewerVersionBesideAClaimIsNotTakenForRemains() throws IOException {
    interrupt();
    String newer = "{\"schemaVersion\": 99}";
    Files.writeString(directory.resolve(Manifest.NAME), newer);

    assertThatThrownBy(() -> open("numbers", "a"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("schemaVersion 99");
    assertThat(directory.resolve("part-0")).hasContent("half");
    assertThat(directory.resolve(Manifest.NAME)).hasContent(newer);
  }

  @Test
  void theSameWorkIsNotDoneTwice() throws IOException {
    Manifest first = writeOnce("a");

    try (OutputDirectory again = open("numbers", "a")) {
      assertThat(again.finished()).contains(first);
    }
    assertThat(directory.resolve("part-0")).hasContent("one");
  }

  @Test
  void anotherFingerprintIsRefusedAndNothingIsTouched() throws IOException {
    writeOnce("a");

    assertThatThrownBy(() -> open("numbers", "b"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("other inputs or settings")
        .hasMessageContaining("choose another --output");
    Manifest.require(hadoop, path, "numbers").verify(hadoop, path);
  }

  @Test
  void anotherKindIsRefused() throws IOException {
    writeOnce("a");

    assertThatThrownBy(() -> open("letters", "a"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("kind 'numbers'");
  }

  @Test
  void remainsOfAnInterruptedRunAreCleared() throws IOException {
    interrupt();
    Files.writeString(directory.resolve("part-7"), "stale");

    Manifest manifest = writeOnce("b");

    assertThat(manifest.files()).extracting(Manifest.Entry::path).doesNotContain("part-7");
    assertThat(directory.resolve("part-7")).doesNotExist();
  }

  @Test
  void aStepThatGoesOnFindsTheRemainsOfTheSameWorkOnly() throws IOException {
    interrupt();
    Files.writeString(directory.resolve("manifest.json"), "{\"kind\": \"num");
    try (OutputDirectory output = resume("a")) {
      assertThat(directory.resolve("part-0")).hasContent("half");
      Manifest manifest = output.commit(Manifest.newDetails());
      assertThat(manifest.files()).extracting(Manifest.Entry::path).containsExactly("part-0");
    }

    directory = temporary.resolve("other");
    path = new Path(directory.toUri());
    interrupt();
    try (OutputDirectory output = resume("b")) {
      assertThat(output.finished()).isEmpty();
      assertThat(directory.resolve("part-0")).doesNotExist();
    }
  }

  private OutputDirectory resume(String fingerprint) {
    return OutputDirectory.resume(hadoop, path, "numbers", fingerprint, "part-*", "more");
  }

  @Test
  void aManifestTornByAnInterruptedCommitIsCleared() throws IOException {
    interrupt();
    Files.writeString(directory.resolve(Manifest.NAME), "{\"schemaVersion\": 1, \"kind");

    assertThat(writeOnce("a").files()).hasSize(2);
  }

  @Test
  void aTornManifestThatNobodyClaimsIsRefused() throws IOException {
    writeOnce("a");
    Files.writeString(directory.resolve(Manifest.NAME), "{\"schemaVersion\": 1, \"kind");
    Files.delete(directory.resolve("." + Manifest.NAME + ".crc"));

    assertThatThrownBy(() -> open("numbers", "a"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is not a manifest");
    assertThat(directory.resolve("part-0")).hasContent("one");
  }

  @Test
  void aForeignFileBesideRemainsIsNeverDeleted() throws IOException {
    interrupt();
    Files.writeString(directory.resolve("thesis.doc"), "precious");

    assertThatThrownBy(() -> open("numbers", "a"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("thesis.doc");
    assertThat(directory.resolve("thesis.doc")).hasContent("precious");
    assertThat(directory.resolve("part-0")).hasContent("half");
  }

  @Test
  void aDirectoryOfTheSameNamesThatNoRunHasClaimedIsRefused() throws IOException {
    Files.createDirectories(directory.resolve("more"));
    Files.writeString(directory.resolve("more/letter.txt"), "precious");

    assertThatThrownBy(() -> open("numbers", "a")).isInstanceOf(InvalidInputException.class);
    assertThat(directory.resolve("more/letter.txt")).hasContent("precious");
  }

  @Test
  void aFileIsNoOutputDirectory() throws IOException {
    Files.writeString(directory, "a file");

    assertThatThrownBy(() -> open("numbers", "a"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is a file");
  }

  @Test
  void anAbandonedStepLeavesNothing() throws IOException {
    try (OutputDirectory output = open("numbers", "a")) {
      assertThat(output.resolve("part-0")).isEqualTo(new Path(path, "part-0"));
      Files.writeString(directory.resolve("part-0"), "half");
    }
    assertThat(directory).doesNotExist();
  }

  @Test
  void anAbandonedStepKeepsADirectoryThatWasThereBefore() throws IOException {
    Files.createDirectories(directory);
    try (OutputDirectory output = open("numbers", "a")) {
      assertThat(output.finished()).isEmpty();
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aRunWhoseClaimWasTakenNeitherCommitsNorDeletes() throws IOException {
    try (OutputDirectory second = openOverRunningFirst()) {
      assertThat(directory.resolve("part-0")).hasContent("second");

      Manifest manifest = second.commit(Manifest.newDetails().put("count", 1));

      manifest.verify(hadoop, path);
      assertThat(manifest.files()).extracting(Manifest.Entry::path).containsExactly("part-0");
    }
  }

  private OutputDirectory openOverRunningFirst() throws IOException {
    try (OutputDirectory first = open("numbers", "a")) {
      Files.writeString(directory.resolve("part-0"), "first");
      Files.writeString(directory.resolve("part-1"), "first");
      OutputDirectory second = open("numbers", "a");
      Files.writeString(directory.resolve("part-0"), "second");

      assertThatThrownBy(() -> first.commit(Manifest.newDetails().put("count", 2)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("another run has taken over " + path)
          .hasMessageContaining("choose another --output");
      return second;
    }
  }

  @Test
  void aClaimLeftByADeathAfterTheCommitIsCleared() throws IOException {
    Manifest manifest = writeOnce("a");
    Files.writeString(directory.resolve("_writing-numbers"), "a\n");

    assertThat(open("numbers", "a").finished()).contains(manifest);
    assertThat(directory.resolve("_writing-numbers")).doesNotExist();
  }

  @Test
  void anOutputInsideAnInputIsRefused() throws IOException {
    Path inside = new Path(path, "deep/er");
    for (Path output : List.of(path, inside)) {
      assertThatThrownBy(() -> OutputDirectory.requireOutside(hadoop, output, List.of(path)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("lies inside the input")
          .hasMessageContaining("choose another --output");
    }
    OutputDirectory.requireOutside(hadoop, path, List.of(inside));
    OutputDirectory.requireOutside(hadoop, new Path(path + "-clean"), List.of(path));
  }

  @Test
  void ofTwoRunsAtOnceTheSecondCommitIsRefused() throws IOException {
    try (OutputDirectory slow = open("numbers", "a")) {
      Manifest fast = writeOnce("a");

      assertThatThrownBy(() -> slow.commit(Manifest.newDetails().put("count", 3)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("another run has taken over");
      assertThat(Manifest.find(hadoop, path)).contains(fast);
    }
    Manifest.require(hadoop, path, "numbers").verify(hadoop, path);
  }
}
