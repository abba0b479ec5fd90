package dev.kindling.benchmarks.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The root of the command line: {@code benchmark <command>}. */
@Command(
    name = "benchmark",
    description = {
      "Measures Kindling side by side with other engines on this machine.",
      "Numbers mean something only when nothing else runs."
    },
    mixinStandardHelpOptions = true,
    version = "Kindling's benchmarks, on Java ${java.version}, ${os.name} ${os.arch}",
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "<command>",
    sortOptions = false,
    usageHelpAutoWidth = true,
    descriptionHeading = "%n",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n",
    footerHeading = "%n",
    subcommands = {
      TrainStepCommand.class,
      KernelsCommand.class,
      GenerateCommand.class,
      PrecisionCommand.class,
      LimitCommand.class,
      GpuCommand.class,
      TokenizerCommand.class,
      DataCommand.class,
      CommunicatorCommand.class,
      DistributedCommand.class,
      ScoreCommand.class
    })
public final class Benchmark {
  /** The command did what it was asked to. */
  public static final int OK = 0;

  /** A measurement failed. */
  public static final int FAILED = 1;

  /** What the user gave cannot be used. */
  public static final int BAD_INPUT = 2;

  /** Runs one command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    exit(new Benchmark(), args);
  }

  /** Runs a command, which may be one of those below the root, as this program. */
  static void exit(Object command, String... args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(command, out, err, args));
  }

  /**
   * Runs one command.
   *
   * @return {@link #OK}, {@link #FAILED} or {@link #BAD_INPUT}
   */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    return run(new Benchmark(), out, err, args);
  }

  private static int run(Object command, PrintWriter out, PrintWriter err, String... args) {
    CommandLine commandLine =
        new CommandLine(command)
            .setOut(out)
            .setErr(err)
            .setExecutionExceptionHandler(Benchmark::explain);
    if (args.length == 0 && command instanceof Benchmark) {
      commandLine.usage(err);
      return BAD_INPUT;
    }
    return commandLine.execute(args);
  }

  private static int explain(Exception e, CommandLine command, ParseResult parsed) {
    String name = command.getCommandSpec().qualifiedName();
    boolean isBadInput = e instanceof IllegalArgumentException;
    command.getErr().println(name + (isBadInput ? ": " : " failed: ") + e.getMessage());
    if (!isBadInput) {
      e.printStackTrace(command.getErr());
    }
    return isBadInput ? BAD_INPUT : FAILED;
  }
}
