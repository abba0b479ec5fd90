package dev.kindling.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bin/kindling as it lies in the tarball: beside lib/, without sources, anywhere. */
class LauncherTest {
  @TempDir Path directory;
  private Path home;
  private Path sparkHome;

  private record Outcome(int exitCode, List<String> lines) {}

  @BeforeEach
  void unpack() throws IOException {
    home = Files.createDirectories(directory.resolve("an edge node").resolve("kindling"));
    Path bin = Files.createDirectories(home.resolve("bin"));
    Files.copy(Path.of("..", "bin", "kindling"), bin.resolve("kindling"));
    assertThat(bin.resolve("kindling").toFile().setExecutable(true)).isTrue();
    Path natives = Files.createDirectories(home.resolve("lib").resolve("natives"));
    Files.createFile(home.resolve("lib").resolve("kindling.jar"));
    Files.createFile(natives.resolve("one.jar"));
    Files.createFile(natives.resolve("two.jar"));

    sparkHome = directory.resolve("spark");
    Path submit = Files.createDirectories(sparkHome.resolve("bin")).resolve("spark-submit");
    Files.writeString(submit, "#!/usr/bin/env bash\nprintf '%s\\n' \"$@\"\n");
    assertThat(submit.toFile().setExecutable(true)).isTrue();
  }

  @Test
  void sparkGetsItsOptionsAndTheCommandTheRest() throws Exception {
    Outcome outcome =
        run(
            home.resolve("bin").resolve("kindling"),
            "pretrain",
            "--conf",
            "spark.executor.cores=2",
            "--name=my run",
            "--master",
            "spark://host:7077",
            "--input",
            "a b",
            "--output=out");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.lines())
        .containsSubsequence("--class", "dev.kindling.spark.cli.Kindling", "--jars")
        .contains(home + "/lib/natives/one.jar," + home + "/lib/natives/two.jar")
        .containsSubsequence("--conf", "spark.executor.cores=2", "--name", "my run")
        .containsSubsequence(
            "--master",
            "spark://host:7077",
            home + "/lib/kindling.jar",
            "pretrain",
            "--master",
            "spark://host:7077",
            "--input",
            "a b",
            "--output=out");
    assertThat(outcome.lines())
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains(
                        "\"-Dlog4j2.configurationFile=file:" + home + "/conf/log4j2.properties\""));
  }

  @Test
  void theDriverGetsTheMemoryThatItIsGiven() throws Exception {
    Outcome outcome =
        run(home.resolve("bin").resolve("kindling"), "pretrain", "--driver-memory", "6g", "--help");

    assertThat(outcome.lines())
        .containsSubsequence(
            "--driver-memory", "6g", home + "/lib/kindling.jar", "pretrain", "--help")
        .containsOnlyOnce("--driver-memory");
    assertThat(outcome.lines())
        .anySatisfy(line -> assertThat(line).contains("\"-Dorg.bytedeco.javacpp.maxbytes=0\""));
  }

  @Test
  void aLinkToTheLauncherFindsItsHome() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("k"), home.resolve("bin/kindling"));

    assertThat(run(link, "config").lines()).contains(home + "/lib/kindling.jar", "config");
  }

  @Test
  void withoutSparkItSaysWhatToSet() throws Exception {
    sparkHome = null;

    Outcome outcome = run(home.resolve("bin").resolve("kindling"), "config");

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.lines()).singleElement().asString().contains("SPARK_HOME is not set");
  }

  @Test
  void aSparkHomeWithoutSparkIsNamed() throws Exception {
    sparkHome = directory.resolve("nothing");

    Outcome outcome = run(home.resolve("bin").resolve("kindling"), "config");

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.lines()).singleElement().asString().contains(sparkHome.toString());
  }

  @Test
  void anOptionWithoutItsValueIsNamed() throws Exception {
    Outcome outcome = run(home.resolve("bin").resolve("kindling"), "config", "--conf");

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.lines()).containsExactly("kindling: --conf needs a value");
  }

  private Outcome run(Path launcher, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("SPARK_HOME");
    if (sparkHome != null) {
      builder.environment().put("SPARK_HOME", sparkHome.toString());
    }
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), output.lines().toList());
  }
}
