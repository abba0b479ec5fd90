package dev.kindling.spark.cli;

import static dev.kindling.spark.cli.CommandLineRun.kindling;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Executors in JVMs of their own share neither folder nor class path nor memory with the driver.
 */
class QuickstartOnExecutorsTest {
  private static final String CLASS_PATH = "spark.executor.extraClassPath";
  private static final String MEMORY = "spark.executor.memory";

  private Path parent;

  @BeforeEach
  void prepareExecutors() throws IOException {
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    System.setProperty(CLASS_PATH, System.getProperty("java.class.path"));
    System.setProperty(MEMORY, "768m");
    parent = Files.createTempDirectory(Path.of("target"), "executors");
  }

  @AfterEach
  void forgetExecutors() {
    System.clearProperty(CLASS_PATH);
    System.clearProperty(MEMORY);
  }

  @Test
  void relativePathsMeanTheSameOnEveryExecutorFromTheCorpusToTheScores() {
    Path output = parent.resolve("out");
    assertThat(output).isRelative();

    CommandLineRun run =
        kindling(TinyQuickstart.command(output, "local-cluster[2,1,1024]").toArray());

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    for (String step : new String[] {"corpus", "documents", "tokenizer", "tokens", "scores"}) {
      assertThat(output.resolve(step).resolve("manifest.json")).exists();
    }
    assertThat(output.resolve("run").resolve("report.html")).exists();
    assertThat(kindling("inspect", output.resolve("run"), "--verify").exitCode()).isZero();
  }
}
