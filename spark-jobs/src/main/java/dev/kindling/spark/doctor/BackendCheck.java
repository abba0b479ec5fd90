package dev.kindling.spark.doctor;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.score.ScoringSelfTest;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.parallel.KernelSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Opens a backend and lets it score tiny models of which the scores are known.
 *
 * @param what is checked, in a word or two
 * @param settings of the kernels
 * @param description of what was loaded, asked for once it is
 */
record BackendCheck(String what, KernelSettings settings, Supplier<String> description) {
  Finding run() {
    long start = System.nanoTime();
    try (Backend backend = settings.open()) {
      List<String> passed = new ArrayList<>();
      for (Precision precision : Precision.values()) {
        if (precision.isOn(backend)) {
          ScoringSelfTest.run(backend, precision);
          passed.add(precision.name());
        }
      }
      return Finding.good(
          what,
          String.format(
              Locale.ROOT,
              "%s%nthe self-test passed in %s (%.1f s)",
              description.get(),
              String.join(" and ", passed),
              (System.nanoTime() - start) / 1e9));
    } catch (IllegalStateException | IllegalArgumentException e) {
      return Finding.bad(what, e.getMessage());
    }
  }
}
