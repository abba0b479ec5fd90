package dev.kindling.spark.doctor;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.score.ScoringSelfTest;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.report.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Opens a backend and lets it score tiny models of which the scores are known.
 *
 * @param name of the backend
 * @param numThreads of its kernels
 * @param description of what was loaded, asked for once it is
 */
record BackendCheck(String name, int numThreads, Supplier<String> description) {
  Finding run() {
    long start = System.nanoTime();
    try (Backend backend = Backends.open(name, numThreads)) {
      List<String> passed = new ArrayList<>();
      for (Precision precision : Precision.values()) {
        if (precision.isOn(backend)) {
          ScoringSelfTest.run(backend, precision);
          passed.add(precision.name());
        }
      }
      return Finding.good(
          name,
          String.format(
              Locale.ROOT,
              "%s, %s%nthe self-test passed in %s (%.1f s)",
              description.get(),
              Words.count(numThreads, "thread"),
              String.join(" and ", passed),
              (System.nanoTime() - start) / 1e9));
    } catch (IllegalStateException | IllegalArgumentException e) {
      return Finding.bad(name, e.getMessage());
    }
  }
}
