package dev.kindling.data.dedup.substring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowRunsTest {
  /** A window's number, and what is known of it. */
  private record Window(int start, long fingerprint, long hash) {}

  @ParameterizedTest
  @CsvSource({"2, 2", "3, 2", "5, 3", "8, 3", "50, 4", "50, 1"})
  void equalWindowsHaveTheSameHashAndFingerprintAndNoOthersDo(int numTokens, int vocabulary) {
    Random random = new Random(numTokens);
    List<String> words =
        IntStream.range(0, 700).mapToObj(i -> "w" + random.nextInt(vocabulary)).toList();
    Map<Long, List<String>> byHash = new HashMap<>();
    Map<List<String>, Long> fingerprints = new HashMap<>();
    int numWindows = 0;
    for (Window window : windows(String.join(" ", words), numTokens)) {
      assertThat(window.start()).isEqualTo(numWindows++);
      List<String> tokens = words.subList(window.start(), window.start() + numTokens);
      assertThat(byHash.computeIfAbsent(window.hash(), unused -> tokens)).isEqualTo(tokens);
      assertThat(fingerprints.computeIfAbsent(tokens, unused -> window.fingerprint()))
          .isEqualTo(window.fingerprint());
    }
    assertThat(numWindows).isEqualTo(700 - numTokens + 1);
    assertThat(byHash).hasSameSizeAs(fingerprints);
  }

  @Test
  void runsOfRandomTextAreAsLongAsWinnowingSays() {
    Random random = new Random(3);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 200_000; i++) {
      text.append(random.nextInt(1_000_000)).append(' ');
    }
    int numRuns = 0;
    WindowRuns runs = new WindowRuns(text.toString(), 50);
    while (runs.next()) {
      numRuns++;
    }
    assertThat(numRuns / 200_000.0).isBetween(0.072, 0.076);
  }

  @Test
  void aShortTextHasNoWindow() {
    assertThat(new WindowRuns("one two three", 4).next()).isFalse();
    assertThat(new WindowRuns("", 4).next()).isFalse();
    assertThat(windows("one two three", 3)).hasSize(1);
  }

  @Test
  void aFingerprintIsThereTwiceWhereTheTextRepeatsItself() {
    String words = "a b c d e f g h ";
    assertThat(Fingerprints.of(words, 8)).hasSize(1);
    long[] twice = Fingerprints.of(words + "x y z u v w " + words, 8);
    assertThat(Arrays.stream(twice).filter(found -> found == Fingerprints.of(words, 8)[0]).count())
        .isEqualTo(2);
    assertThat(Fingerprints.of("ha ".repeat(9), 8)).hasSize(2);
    assertThat(Fingerprints.of("ha ".repeat(9_000), 8)).hasSize(2);
  }

  private static List<Window> windows(String text, int numTokens) {
    List<Window> windows = new ArrayList<>();
    WindowRuns runs = new WindowRuns(text, numTokens);
    while (runs.next()) {
      long[] hashes = runs.hashes();
      for (int i = 0; i < hashes.length; i++) {
        windows.add(new Window(runs.start() + i, runs.fingerprint(), hashes[i]));
      }
    }
    return windows;
  }
}
