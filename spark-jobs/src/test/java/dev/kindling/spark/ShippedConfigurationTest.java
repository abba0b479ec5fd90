package dev.kindling.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.sweep.SweepPlan;
import dev.kindling.spark.sweep.SweepSpec;
import dev.kindling.spark.train.TinyTokens;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file under conf/ loads, so that none can rot. */
class ShippedConfigurationTest {
  private static final Path CONF = Path.of("..", "conf");

  private static final Path SWEEPS = CONF.resolve("sweep");

  static List<Path> recipes() throws IOException {
    return filesEndingWith(".yaml").stream().filter(path -> !path.startsWith(SWEEPS)).toList();
  }

  static List<Path> sweeps() throws IOException {
    return filesEndingWith(".yaml").stream().filter(path -> path.startsWith(SWEEPS)).toList();
  }

  static List<Path> sparkSettings() throws IOException {
    return filesEndingWith(".conf");
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void everyRecipeLoadsAndNamesAModelThatLearns(Path recipe) {
    RunConfig config = ConfigLoader.load(Optional.of(recipe), List.of());
    assertThat(config.training().steps()).isPositive();
    assertThat(config.model().contextLength()).isPositive();
  }

  @ParameterizedTest
  @MethodSource("sweeps")
  void everySweepIsOneOfRunsThatCanBeTrained(Path sweep, @TempDir Path directory)
      throws IOException {
    SweepPlan plan =
        SweepPlan.of(
            new Configuration(),
            TinyTokens.write(directory.resolve("tokens")),
            SweepSpec.of(Optional.of(sweep), List.of(), Optional.empty()),
            Optional.of(CONF.resolve("quickstart.yaml")),
            List.of("model.contextLength=64"));

    assertThat(plan.runs()).hasSizeGreaterThan(1);
    assertThat(plan.runs())
        .extracting(run -> run.config().training())
        .allSatisfy(
            training -> assertThat(training.optimizer().decaySteps()).isEqualTo(training.steps()));
  }

  @ParameterizedTest
  @MethodSource("sparkSettings")
  void everyLineOfASparkProfileIsASparkSetting(Path profile) throws IOException {
    Properties properties = load(profile);
    assertThat(properties.stringPropertyNames())
        .isNotEmpty()
        .allSatisfy(key -> assertThat(key).startsWith("spark."));
    SparkConf conf = new SparkConf(false);
    properties.stringPropertyNames().forEach(key -> conf.set(key, properties.getProperty(key)));
    assertThat(conf.getSizeAsMb("spark.executor.memory", "1g")).isBetween(512L, 65536L);
  }

  @Test
  void theLogLeavesTheConsoleToTheCommandLine() throws IOException {
    Properties log4j = load(CONF.resolve("log4j2.properties"));
    assertThat(log4j)
        .containsEntry("appender.console.filter.threshold.level", "fatal")
        .containsEntry("appender.console.target", "SYSTEM_ERR");
  }

  @Test
  void nothingElseLiesInConf() throws IOException {
    int known = recipes().size() + sweeps().size() + sparkSettings().size() + 1;
    assertThat(filesEndingWith("")).hasSize(known);
  }

  private static Properties load(Path path) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(path)) {
      properties.load(reader);
    }
    return properties;
  }

  private static List<Path> filesEndingWith(String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(CONF)) {
      return files
          .filter(Files::isRegularFile)
          .filter(path -> path.toString().endsWith(suffix))
          .sorted()
          .toList();
    }
  }
}
