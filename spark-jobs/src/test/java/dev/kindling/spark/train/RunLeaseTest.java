package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLeaseTest {
  private static final Configuration HADOOP = new Configuration();
  private static final RunLease.Timing QUICK =
      new RunLease.Timing(Duration.ofMillis(40), Duration.ofMillis(400));

  /** A heart that does not beat while the test runs. */
  private static final RunLease.Timing SILENT =
      new RunLease.Timing(Duration.ofHours(1), Duration.ofHours(2));

  @TempDir java.nio.file.Path temporary;

  @Test
  void aDirectoryThatADriverHoldsIsRefusedToAnotherAndFreeAfterwards() throws IOException {
    try (RunLease held = acquire("first", QUICK)) {
      assertThatThrownBy(() -> acquire("second", QUICK))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("is in use by application first")
          .hasMessageContaining("nothing was changed");
      held.requireHeld();
      assertThat(files()).containsExactly("_lease-00000001");
    }
    acquire("second", QUICK).close();
    assertThat(run()).as("made for the lease alone").doesNotExist();
  }

  @Test
  void theLeaseOfADriverThatIsSilentForTooLongIsTakenOverAndItMayCommitNothing()
      throws IOException {
    RunLease silent = acquire("silent", SILENT);
    try (RunLease next = acquire("next", QUICK)) {
      next.requireHeld();
      assertThatThrownBy(silent::requireHeld)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("another driver has taken over");
      silent.close();
      next.requireHeld();
      assertThat(files()).containsExactly("_lease-00000002");
    }
  }

  @Test
  void theLeaseOfAProcessOfThisMachineThatHasEndedIsTakenOverWithoutWaiting() throws Exception {
    Process process = new ProcessBuilder("sleep", "600").start();
    LeaseHolder self = LeaseHolder.current("killed");
    LeaseHolder killed =
        new LeaseHolder(
            "id",
            "killed",
            self.host(),
            self.machine(),
            process.pid(),
            process.info().startInstant().orElseThrow().toString(),
            self.since(),
            3);
    assertThat(killed.isKnownDead()).isFalse();
    Files.createDirectories(run());
    Files.write(run().resolve("_lease-00000007"), killed.toJson());
    process.destroyForcibly();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();

    try (RunLease next = acquire("next", SILENT)) {
      next.requireHeld();
      assertThat(files()).containsExactly("_lease-00000008");
    }
  }

  @Test
  void aNumberThatIsUsedAgainForAnotherProcessSavesNobody() throws IOException {
    LeaseHolder self = LeaseHolder.current("application");

    assertThat(self.isKnownDead()).isFalse();
    assertThat(LeaseHolder.parse(self.toJson())).isEqualTo(self);
    assertThat(startedAt(self, "2001-01-01T00:00:00Z").isKnownDead()).isTrue();
  }

  @Test
  void aLeaseThatItsHolderDiedInWritingEndsLikeAnyOther() throws IOException {
    Files.createDirectories(run());
    Files.write(run().resolve("_lease-00000001"), new byte[0]);

    try (RunLease next = acquire("next", QUICK)) {
      next.requireHeld();
      assertThat(files()).containsExactly("_lease-00000002");
    }
  }

  private static LeaseHolder startedAt(LeaseHolder holder, String started) {
    return new LeaseHolder(
        holder.id(),
        holder.application(),
        holder.host(),
        holder.machine(),
        holder.pid(),
        started,
        holder.since(),
        holder.beat());
  }

  private RunLease acquire(String application, RunLease.Timing timing) {
    return RunLease.acquire(HADOOP, new Path(run().toUri()), application, timing);
  }

  private java.nio.file.Path run() {
    return temporary.resolve("run");
  }

  private List<String> files() throws IOException {
    try (Stream<java.nio.file.Path> files = Files.list(run())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .toList();
    }
  }
}
