package dev.kindling.spark.cli;

import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Says every few seconds how far a step has come, in lines that differ. */
final class ProgressLines {
  private static final int SECONDS_BETWEEN_LINES = 5;

  private final Console console;
  private final Supplier<Optional<String>> state;
  private String last = "";

  private ProgressLines(Console console, Supplier<Optional<String>> state) {
    this.console = console;
    this.state = state;
  }

  /**
   * Does some work and watches it meanwhile.
   *
   * @param state how far it has come; empty where there is nothing to say
   */
  static <T> T during(Console console, Supplier<Optional<String>> state, Supplier<T> work) {
    ProgressLines progress = new ProgressLines(console, state);
    ScheduledExecutorService timer = timer();
    ScheduledFuture<?> drawing =
        timer.scheduleWithFixedDelay(
            progress::draw, SECONDS_BETWEEN_LINES, SECONDS_BETWEEN_LINES, TimeUnit.SECONDS);
    try {
      return work.get();
    } finally {
      drawing.cancel(false);
      timer.shutdown();
    }
  }

  private static ScheduledExecutorService timer() {
    return Executors.newSingleThreadScheduledExecutor(
        work -> {
          Thread thread = new Thread(work, "kindling-progress");
          thread.setDaemon(true);
          return thread;
        });
  }

  private void draw() {
    state
        .get()
        .filter(line -> !line.equals(last))
        .ifPresent(
            line -> {
              console.line("%-13s %s", "", line);
              last = line;
            });
  }
}
