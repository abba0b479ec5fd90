package dev.kindling.benchmarks.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What the numbers were measured on. */
public final class Machine {
  private static final double QUIET_LOAD = 0.5;

  private Machine() {}

  /** One line: processor, cores, threads used, system and Java. */
  public static String describe(int numThreads) {
    return String.format(
        "%s, %d cores, %d threads used; %s %s; Java %s",
        processor(),
        Runtime.getRuntime().availableProcessors(),
        numThreads,
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        System.getProperty("java.version"));
  }

  /** What to tell the user if other programs are using the processor: numbers would be wrong. */
  public static Optional<String> busy() {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return load > QUIET_LOAD
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "The load of this machine is %.1f: something else is running or has just run, and"
                    + " the numbers will be worse than they should be, those of some engines much"
                    + " more than those of others",
                load))
        : Optional.empty();
  }

  private static String processor() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unnamed processor");
    } catch (IOException e) {
      return "unnamed processor";
    }
  }
}
