package dev.kindling.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.manifest.Manifest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scoring whose driver is killed by the operating system. */
class ScoreResumeTest {
  private static final int NUM_PARTS = 16;
  private static final int NUM_TEXTS = 64;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"KILL, 137", "TERM, 143"})
  void onlyMissingPartsAreScoredAgainAndTheResultIsThatOfAnUndisturbedRun(
      String signal, int exitCode) throws Exception {
    Path input = directory.resolve("texts.jsonl");
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < NUM_TEXTS; i++) {
      String text = "Anna lived near the sea, and had a boat. ".repeat(10 + i % 7);
      lines.add("{\"id\": " + i + ", \"text\": \"" + text + "\"}");
    }
    Files.write(input, lines);
    Path killed = directory.resolve("killed");

    SortedMap<String, String> done;
    try (DriverProcess driver = DriverProcess.start(directory, command(input, killed))) {
      awaitParts(killed, 2);
      driver.signal(signal);
      assertThat(driver.awaitExit()).as(driver::printed).isEqualTo(exitCode);
      done = parts(killed);
    }
    assertThat(numParts(done)).isBetween(2, NUM_PARTS - 1);
    assertThat(killed.resolve(Manifest.NAME)).doesNotExist();

    CommandLineRun resumed = CommandLineRun.kindling(command(input, killed).toArray());
    Path whole = directory.resolve("whole");
    CommandLineRun undisturbed = CommandLineRun.kindling(command(input, whole).toArray());

    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertThat(undisturbed.exitCode()).as(undisturbed.err()).isZero();
    assertThat(resumed.out())
        .contains(
            numParts(done) + " parts of " + NUM_PARTS + " were there from an interrupted run");
    assertThat(parts(killed)).containsAllEntriesOf(done);
    assertThat(numParts(parts(killed))).isEqualTo(NUM_PARTS);
    assertThat(rows(killed)).hasSize(NUM_TEXTS).isEqualTo(rows(whole));
    Configuration hadoop = new Configuration();
    Manifest.find(hadoop, hadoopPath(killed)).orElseThrow().verify(hadoop, hadoopPath(killed));
  }

  private static List<String> command(Path input, Path output) {
    List<String> command =
        new ArrayList<>(
            List.of("score", "--input", input.toString(), "--output", output.toString()));
    command.addAll(List.of("--checkpoint", TinyQuickstart.get().step("run").toString()));
    command.addAll(List.of("--master", "local[1]"));
    // Every token costs a window, so that there is time to be interrupted.
    for (String setting : List.of("score.stride=1", "score.partitions=" + NUM_PARTS)) {
      command.addAll(List.of("--set", setting));
    }
    return command;
  }

  private static void awaitParts(Path output, int number) throws IOException, InterruptedException {
    while (numParts(parts(output)) < number) {
      Thread.sleep(10);
    }
  }

  /** The files of whole parts, with their content. */
  private static SortedMap<String, String> parts(Path output) throws IOException {
    SortedMap<String, String> files = new TreeMap<>();
    Path scores = output.resolve("scores");
    if (Files.exists(scores)) {
      // A job that runs takes away what lies elsewhere.
      try (DirectoryStream<Path> directories = Files.newDirectoryStream(scores, "part=*")) {
        for (Path directory : directories) {
          String part = directory.getFileName().toString();
          TinyQuickstart.contents(directory)
              .forEach((name, content) -> files.put(part + "/" + name, content));
        }
      }
    }
    files.keySet().removeIf(name -> !name.matches("part=[0-9]+/part-.*\\.parquet"));
    return files;
  }

  private static int numParts(SortedMap<String, String> files) {
    try (Stream<String> names = files.keySet().stream()) {
      return (int) names.map(name -> name.split("/", -1)[0]).distinct().count();
    }
  }

  private static List<Row> rows(Path output) {
    try (SparkSession spark = SparkSession.builder().master("local[1]").getOrCreate()) {
      return spark
          .read()
          .parquet(output.resolve("scores").toString())
          .orderBy("id")
          .collectAsList();
    }
  }

  private static org.apache.hadoop.fs.Path hadoopPath(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }
}
