package dev.kindling.spark.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * One call of the real command line in this JVM, with what it printed.
 *
 * @param exitCode of the process that it would have been
 * @param out standard output
 * @param err standard error
 */
public record CommandLineRun(int exitCode, String out, String err) {
  /** Runs {@code kindling} with these arguments. */
  public static CommandLineRun kindling(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] args = new String[arguments.length];
    for (int i = 0; i < args.length; i++) {
      args[i] = String.valueOf(arguments[i]);
    }
    int exitCode = Kindling.run(new PrintWriter(out), new PrintWriter(err), args);
    return new CommandLineRun(exitCode, out.toString(), err.toString());
  }
}
