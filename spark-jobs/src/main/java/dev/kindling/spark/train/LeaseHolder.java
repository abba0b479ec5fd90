package dev.kindling.spark.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;

/**
 * Who holds a {@link RunLease}: the content of its file.
 *
 * @param id of this holding, and of no other
 * @param application Spark's id of the application
 * @param host the machine's name, for people
 * @param machine where {@code pid} means something: the boot and the name space of processes; empty
 *     where the system does not say
 * @param pid the driver's process
 * @param processStarted when that began, since numbers of processes are used again; empty where the
 *     system does not say
 * @param since when the lease was taken
 * @param beat grows while the holder lives
 */
record LeaseHolder(
    String id,
    String application,
    String host,
    String machine,
    long pid,
    String processStarted,
    String since,
    long beat) {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path PROCESSES = Path.of("/proc/self/ns/pid");

  /** This process. */
  static LeaseHolder current(String application) {
    ProcessHandle self = ProcessHandle.current();
    return new LeaseHolder(
        UUID.randomUUID().toString(),
        application,
        hostName(),
        machineId(),
        self.pid(),
        started(self),
        Instant.now().toString(),
        0);
  }

  static LeaseHolder parse(byte[] json) throws IOException {
    return MAPPER.readValue(json, LeaseHolder.class);
  }

  byte[] toJson() throws IOException {
    return (MAPPER.writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  LeaseHolder nextBeat() {
    return new LeaseHolder(id, application, host, machine, pid, processStarted, since, beat + 1);
  }

  /** Whether the process is known to have ended; false says nothing. */
  boolean isKnownDead() {
    if (machine.isEmpty() || processStarted.isEmpty() || !machine.equals(machineId())) {
      return false;
    }
    return ProcessHandle.of(pid)
        .filter(process -> process.isAlive() && started(process).equals(processStarted))
        .isEmpty();
  }

  String inWords() {
    return "application "
        + application
        + " (process "
        + pid
        + " on "
        + host
        + ", since "
        + since
        + ")";
  }

  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("");
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "an unknown host";
    }
  }

  private static String machineId() {
    try {
      return Files.readString(BOOT).strip() + " " + Files.readSymbolicLink(PROCESSES);
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
  }
}
