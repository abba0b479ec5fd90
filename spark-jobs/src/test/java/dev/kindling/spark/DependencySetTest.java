package dev.kindling.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The test class path is that of an application run plus the test libraries: an upper bound. */
class DependencySetTest {
  private static final long MAX_BYTES = 450_000_000;

  private static List<Path> jars() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> entry.endsWith(".jar"))
        // The largest of the test libraries, which would leave no room for what a run needs.
        .filter(entry -> !entry.contains("hadoop-client-minicluster"))
        // Only a build with the profile nd4j-cuda has these.
        .filter(entry -> !entry.contains("nd4j-cuda-"))
        .map(Path::of)
        .toList();
  }

  @Test
  void everythingThatARunNeedsStaysUnder450Megabytes() throws IOException {
    long bytes = 0;
    for (Path jar : jars()) {
      bytes += Files.size(jar);
    }
    assertThat(bytes).isBetween(MAX_BYTES / 10, MAX_BYTES);
  }

  @Test
  void ourNativesAreThoseOfOnePlatformOnly() {
    List<String> platforms =
        jars().stream()
            .map(jar -> jar.getFileName().toString())
            .filter(name -> !name.startsWith("netty-")) // Spark's own
            .filter(name -> name.matches(".*-(linux|macosx|windows|android|ios)-[a-z0-9_]+\\.jar"))
            .map(name -> name.replaceAll(".*-((linux|macosx|windows|android|ios)-.*)\\.jar", "$1"))
            .distinct()
            .toList();
    assertThat(platforms).hasSize(1);
  }

  @Test
  void sparkMeetsOneKryoOneScalaAndNoSecondLoggingBackend() {
    List<String> names = jars().stream().map(jar -> jar.getFileName().toString()).toList();
    assertThat(names).filteredOn(name -> name.startsWith("kryo-")).hasSize(1);
    assertThat(names).filteredOn(name -> name.startsWith("scala-library-")).hasSize(1);
    assertThat(names).filteredOn(name -> name.startsWith("logback-")).isEmpty();
    assertThat(names).filteredOn(name -> name.matches("javacpp-[0-9.]+\\.jar")).hasSize(1);
  }
}
