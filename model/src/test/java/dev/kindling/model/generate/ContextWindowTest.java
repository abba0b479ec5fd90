package dev.kindling.model.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContextWindowTest {
  @Test
  void upToTheContextLengthEverythingIsSeen() {
    for (int length = 1; length <= 12; length++) {
      assertThat(ContextWindow.start(length, 12)).isZero();
    }
  }

  /** A quarter of 12 is 3. */
  @Test
  void beyondItTheWindowMovesByAQuarterAtATime() {
    int[] starts = IntStream.rangeClosed(13, 20).map(n -> ContextWindow.start(n, 12)).toArray();

    assertThat(starts).containsExactly(3, 3, 3, 6, 6, 6, 9, 9);
  }

  @Test
  void aContextBelowFourMovesByEveryToken() {
    for (int context = 1; context < 8; context++) {
      for (int length = context; length < 40; length++) {
        assertThat(ContextWindow.start(length, context)).isEqualTo(length - context);
      }
    }
  }

  @Test
  void theWindowIsNeverEmptyAndNeverTooLong() {
    for (int context : new int[] {1, 2, 5, 8, 37, 512}) {
      for (int length = 1; length < 2000; length++) {
        int seen = length - ContextWindow.start(length, context);
        assertThat(seen)
            .isBetween(Math.min(length, context - Math.max(1, context / 4) + 1), context);
      }
    }
  }

  @Test
  void textsOfAnyLengthHaveAWindow() {
    assertThat(Integer.MAX_VALUE - ContextWindow.start(Integer.MAX_VALUE, 1024))
        .isBetween(769, 1024);
  }
}
