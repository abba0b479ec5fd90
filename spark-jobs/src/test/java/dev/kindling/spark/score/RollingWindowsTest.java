package dev.kindling.spark.score;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RollingWindowsTest {
  private static final int END = 0;

  @Test
  void aShortDocumentIsOneWindowThatBeginsWithEndOfText() {
    assertThat(windows(8, true, 5, 6, 7)).containsExactly("[0, 5, 6] -> [5, 6, 7]");
  }

  @Test
  void aDocumentThatJustFitsIsOneWindow() {
    assertThat(windows(3, true, 5, 6, 7)).containsExactly("[0, 5, 6] -> [5, 6, 7]");
  }

  @Test
  void theLastWindowReachesBackToAFullContextAndScoresOnlyWhatIsLeft() {
    assertThat(windows(4, true, 1, 2, 3, 4, 5, 6))
        .containsExactly("[0, 1, 2, 3] -> [1, 2, 3, 4]", "[2, 3, 4, 5] -> [-1, -1, 5, 6]");
  }

  @Test
  void withoutEndOfTextTheFirstTokenIsLeftToTheScorer() {
    assertThat(windows(4, false, 5, 6, 7)).containsExactly("[5, 6] -> [6, 7]");
    assertThat(windows(4, false, 5)).isEmpty();
  }

  @Test
  void anEmptyDocumentHasNoWindow() {
    assertThat(windows(4, true)).isEmpty();
    assertThat(windows(4, false)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,7", "2,7", "3,7", "7,7", "8,7", "5,101", "64,1021"})
  void everyTokenIsScoredExactlyOnceAndBehindTheTokenBeforeIt(int contextLength, int numTokens) {
    int[] tokens = IntStream.rangeClosed(1, numTokens).toArray();
    List<Window> windows = new RollingWindows(contextLength, OptionalInt.of(END)).of(tokens);
    int[] timesScored = new int[numTokens + 1];
    for (Window window : windows) {
      assertThat(window.length()).isBetween(1, contextLength);
      int[] inputs = new int[window.length()];
      int[] targets = new int[window.length()];
      window.copyTo(inputs, targets, 0);
      for (int i = 0; i < targets.length; i++) {
        if (targets[i] != Window.NOT_SCORED) {
          timesScored[targets[i]]++;
          assertThat(inputs[i]).isEqualTo(targets[i] - 1);
        }
      }
    }
    assertThat(IntStream.rangeClosed(1, numTokens)).allMatch(token -> timesScored[token] == 1);
  }

  private static List<String> windows(int contextLength, boolean endOfText, int... tokens) {
    OptionalInt end = endOfText ? OptionalInt.of(END) : OptionalInt.empty();
    return new RollingWindows(contextLength, end)
        .of(tokens).stream().map(Window::toString).toList();
  }
}
