package dev.kindling.spark.cli;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;

/** What the user sees: one headline per step, what came of it, and how long it took. */
final class Console {
  private static final double NANOS_PER_SECOND = 1e9;
  private final PrintWriter out;
  private final boolean terminal;

  /**
   * @param out where lines go
   * @param terminal whether a line can be drawn again in place
   */
  Console(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** A console on a command's output; drawing in place only where that is the JVM's terminal. */
  static Console on(PrintWriter out) {
    String term = System.getenv("TERM");
    return new Console(out, isAttachedToTerminal() && term != null && !term.equals("dumb"));
  }

  /** The encoding of the terminal, where it says so; UTF-8 otherwise. */
  static Charset charset() {
    String name = System.getProperty("stdout.encoding");
    boolean known = name != null && isAttachedToTerminal() && Charset.isSupported(name);
    return known ? Charset.forName(name) : StandardCharsets.UTF_8;
  }

  /** In Java 17 there is a console exactly where both ends are a terminal. */
  @SuppressWarnings("SystemConsoleNull") // other since JDK 22; the build is held to 17
  private static boolean isAttachedToTerminal() {
    return System.console() != null;
  }

  PrintWriter out() {
    return out;
  }

  boolean isTerminal() {
    return terminal;
  }

  void line(String format, Object... arguments) {
    out.println(arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments));
    out.flush();
  }

  /**
   * Runs one step.
   *
   * @param name the command that would do this step alone
   * @param what the data's way, such as {@code corpus -> documents}
   * @param work the step
   * @param summary what came of it, in words
   */
  <T> T step(String name, String what, Supplier<T> work, Function<T, String> summary) {
    line("%-13s %s", name, what);
    long start = System.nanoTime();
    T result = work.get();
    double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
    summary.apply(result).lines().forEach(text -> line("%-13s %s", "", text));
    line("%-13s %.1f s", "", seconds);
    return result;
  }
}
