package dev.kindling.benchmarks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.benchmarks.process.MeasurementFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLogTest {
  private static final String START =
      "{\"Event\":\"SparkListenerApplicationStart\",\"Timestamp\":1000}\n";
  private static final String END =
      "{\"Event\":\"SparkListenerApplicationEnd\",\"Timestamp\":3500}\n";

  @TempDir Path directory;

  private static String task(int heap, int shuffled, int spilled) {
    return """
        {"Event":"SparkListenerTaskEnd","Task Executor Metrics":{"JVMHeapMemory":%d},\
        "Task Metrics":{"Disk Bytes Spilled":%d,\
        "Shuffle Write Metrics":{"Shuffle Bytes Written":%d}}}
        """
        .formatted(heap, spilled, shuffled);
  }

  @Test
  void tasksAreSummedUpAndTheHighestHeapCounts() throws IOException {
    Files.writeString(
        directory.resolve("app-1"), START + task(70, 5, 0) + task(90, 7, 2) + task(80, 0, 1) + END);

    assertThat(EventLog.read(directory)).isEqualTo(new EventLog(2.5, 90, 12, 3));
  }

  @Test
  void anApplicationThatHasNotEndedIsNoMeasurement() throws IOException {
    Files.writeString(directory.resolve("app-1.inprogress"), START + task(1, 1, 1));

    assertThatThrownBy(() -> EventLog.read(directory))
        .isInstanceOf(MeasurementFailedException.class)
        .hasMessageContaining("no end");
  }

  @Test
  void theHeapAfterACollectionOfOldObjectsIsReadFromTheLineOfItsPause() {
    String young = "[0.5s][info][gc] GC(0) Pause Young (Normal) (G1 Evacuation Pause)";
    String mixed = "[0.7s][info][gc] GC(1) Pause Young (Mixed) (G1 Evacuation Pause)";
    List<String> lines =
        List.of(
            young + " 125M->77M(512M) 3.456ms",
            "[0.9s][info][gc] GC(2) Pause Remark 99M->98M(512M) 1.000ms",
            "[1.0s][info][gc] GC(3) Concurrent Mark Cycle 20.000ms",
            mixed + " 90M->31M(512M) 3.456ms",
            "[1.1s][info][gc] GC(4) Pause Full (System.gc()) 40M->12M(512M) 9.000ms");

    assertThat(GcLog.peakAfterCollection(lines)).isEqualTo(31L << 20);
    assertThat(GcLog.peakAfterCollection(lines.subList(0, 1))).isEqualTo(77L << 20);
  }
}
