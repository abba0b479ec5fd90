package dev.kindling.model.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KernelSourceTest {
  private static Path directory() {
    try {
      return Path.of(KernelSource.class.getResource("common.cuh").toURI()).getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> sources() {
    try (Stream<Path> files = Files.list(directory())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".cu"))
          .map(name -> name.substring(0, name.length() - ".cu".length()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("sources")
  void headersStandInTheTextOnceAndNothingIsLeftToInclude(String name) {
    String text = KernelSource.read(name).text();

    assertThat(text).startsWith("#line 1 \"" + name + ".cu\"\n").doesNotContain("#include");
    assertThat(text.lines().filter("#line 1 \"common.cuh\""::equals)).hasSize(1);
    assertThat(text.lines().filter("#line 1 \"ptx.cuh\""::equals)).hasSize(1);
  }

  /** So that the compiler's messages name the places that their authors know. */
  @ParameterizedTest
  @MethodSource("sources")
  void everyLineIsWhereItsFileHasIt(String name) throws IOException {
    String file = "";
    int number = 0;
    for (String line : KernelSource.read(name).text().lines().toList()) {
      if (line.startsWith("#line ")) {
        file = line.substring(line.indexOf('"') + 1, line.lastIndexOf('"'));
        number = Integer.parseInt(line.split(" ", -1)[1]);
      } else {
        String expected = Files.readAllLines(directory().resolve(file)).get(number - 1);
        assertThat(line).isIn(expected, "");
        number++;
      }
    }
  }

  @Test
  void aSourceThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> KernelSource.read("nothing"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nothing.cu");
  }
}
