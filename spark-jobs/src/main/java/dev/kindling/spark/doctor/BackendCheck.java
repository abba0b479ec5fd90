package dev.kindling.spark.doctor;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.backend.check.KernelCheck;
import dev.kindling.model.backend.check.KernelReport;
import dev.kindling.model.score.ScoringSelfTest;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.parallel.KernelSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Opens a backend, lets it score tiny models of which the scores are known, and holds all of its
 * kernels against those of the plain reference.
 *
 * @param what is checked, in a word or two
 * @param settings of the kernels
 * @param description of what was loaded, asked for once it is
 */
record BackendCheck(String what, KernelSettings settings, Supplier<String> description) {
  Finding run() {
    Optional<Finding> found = Optional.empty();
    try (Backend backend = settings.open()) {
      found = Optional.of(check(backend));
    } catch (IllegalStateException | IllegalArgumentException e) {
      // A GPU on which a kernel has failed does not close, either: what failed first says more.
      return found
          .filter(finding -> !finding.usable())
          .orElseGet(() -> Finding.bad(what, e.getMessage()));
    }
    return found.orElseThrow();
  }

  private Finding check(Backend backend) {
    long start = System.nanoTime();
    List<String> passed = new ArrayList<>();
    for (Precision precision : Precision.values()) {
      if (precision.isOn(backend)) {
        ScoringSelfTest.run(backend, precision);
        passed.add(precision.name());
      }
    }
    String scoring =
        String.format(
            Locale.ROOT,
            "%s%nthe self-test passed in %s (%.1f s)",
            description.get(),
            String.join(" and ", passed),
            (System.nanoTime() - start) / 1e9);
    return backend.name().equals(Backends.ND4J)
        ? Finding.good(what, scoring)
        : withKernels(backend, scoring);
  }

  private Finding withKernels(Backend backend, String scoring) {
    Backend reference;
    try {
      reference = Backends.open(Backends.ND4J, settings.numThreads());
    } catch (IllegalStateException | IllegalArgumentException e) {
      return Finding.good(
          what,
          scoring
              + System.lineSeparator()
              + "its kernels were not compared with ND4J's: "
              + e.getMessage());
    }
    try (reference) {
      return of(KernelCheck.run(backend, reference, new Random().nextLong()), scoring);
    }
  }

  /** What a report means for the backend. */
  Finding of(KernelReport report, String scoring) {
    String text = scoring + System.lineSeparator() + report;
    return report.failures().isEmpty()
        ? Finding.good(what, text)
        : Finding.bad(
            what,
            text
                + System.lineSeparator()
                + "What they compute here is wrong: choose another backend for this machine, and"
                + " report these lines");
  }
}
