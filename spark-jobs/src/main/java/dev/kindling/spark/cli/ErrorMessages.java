package dev.kindling.spark.cli;

import dev.kindling.data.InvalidInputException;
import java.io.PrintWriter;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns whatever is thrown into one message on the error stream and an exit code. */
final class ErrorMessages implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorMessages.class);
  private static final int MAX_CAUSES = 50;

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(command.getCommandSpec().qualifiedName() + ": " + e.getMessage());
    err.println("  to do:    see `" + command.getCommandSpec().qualifiedName() + " --help`");
    CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
    err.flush();
    return Kindling.BAD_INPUT;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    String name = command.getCommandSpec().qualifiedName();
    if (e instanceof StoppedBySignal stopped) {
      command.getErr().println(name + ": " + stopped.getMessage());
      command.getErr().flush();
      return stopped.exitCode();
    }
    // Below error, because the console shows errors of the log and this one is told in words.
    LOG.warn("{} failed", name, e);
    PrintWriter err = command.getErr();
    Optional<String> badInput = badInput(e);
    if (badInput.isPresent()) {
      err.println(name + ": " + badInput.get());
      err.flush();
      return Kindling.BAD_INPUT;
    }
    err.println(name + " failed: " + rootCause(e));
    String log = System.getProperty("kindling.log");
    err.println("  the log with the details: " + (log == null ? "standard error" : log));
    err.flush();
    return Kindling.FAILED;
  }

  /** The message for the user, wherever Spark has wrapped it. */
  private static Optional<String> badInput(Throwable thrown) {
    int causes = 0;
    for (Throwable t = thrown; t != null && causes < MAX_CAUSES; t = t.getCause(), causes++) {
      if (t instanceof InvalidInputException || isRefusedByModel(t)) {
        return Optional.of(t.getMessage());
      }
    }
    return Optional.empty();
  }

  /** The model module does not know InvalidInputException: it refuses with IllegalArgument. */
  private static boolean isRefusedByModel(Throwable t) {
    StackTraceElement[] trace = t.getStackTrace();
    return t instanceof IllegalArgumentException
        && trace.length > 0
        && trace[0].getClassName().startsWith("dev.kindling.model.");
  }

  private static String rootCause(Throwable thrown) {
    Throwable root = thrown;
    for (int i = 0; root.getCause() != null && i < MAX_CAUSES; i++) {
      root = root.getCause();
    }
    String message = root.getMessage() == null ? "" : root.getMessage();
    return root.getClass().getSimpleName() + ": " + message.lines().findFirst().orElse("");
  }
}
