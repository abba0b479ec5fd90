package dev.kindling.spark.cli;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ScopeType;

/** The root of the command line: {@code kindling <command>}. */
@Command(
    name = "kindling",
    description = "Pretrains Transformer language models on Apache Spark.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "<command>",
    sortOptions = false,
    usageHelpAutoWidth = true,
    descriptionHeading = "%n",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands, in the order of the way from text to scores:%n",
    footerHeading = "%n",
    subcommands = {
      QuickstartCommand.class,
      SampleCorpusCommand.class,
      SignalsCommand.class,
      CleanCommand.class,
      DeduplicateCommand.class,
      DecontaminateCommand.class,
      ReportCommand.class,
      TokenizerCommand.class,
      TokenizeCommand.class,
      MixCommand.class,
      NgramCommand.class,
      ScheduleCommand.class,
      PretrainCommand.class,
      GenerateCommand.class,
      ScoreCommand.class,
      Word2VecCommand.class,
      NeighboursCommand.class,
      AnalogiesCommand.class,
      GenerationsCommand.class,
      SweepCommand.class,
      FitCommand.class,
      InspectCommand.class,
      ConfigCommand.class,
      DoctorCommand.class,
      HelpCommand.class
    })
public final class Kindling {
  /** The command did what it was asked to. */
  public static final int OK = 0;

  /** Something failed that the user could not have known. */
  public static final int FAILED = 1;

  /** What the user gave cannot be used. */
  public static final int BAD_INPUT = 2;

  /** Runs one command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    Charset charset = Console.charset();
    PrintWriter out = new PrintWriter(System.out, true, charset);
    PrintWriter err = new PrintWriter(System.err, true, charset);
    int exitCode = run(out, err, args);
    out.flush();
    err.flush();
    System.exit(exitCode);
  }

  /**
   * Runs one command.
   *
   * @return {@link #OK}, {@link #FAILED} or {@link #BAD_INPUT}; 143 or 130 where training stopped
   *     with a checkpoint because of a SIGTERM or SIGINT
   */
  public static int run(PrintWriter out, PrintWriter err, String... args) {
    CommandLine commandLine = commandLine().setOut(out).setErr(err);
    if (args.length == 0) {
      commandLine.usage(err);
      return BAD_INPUT;
    }
    return commandLine.execute(args);
  }

  /** The commands with their converters and error messages. */
  static CommandLine commandLine() {
    return new CommandLine(new Kindling())
        .registerConverter(Path.class, Path::new)
        // Launchers give defaults first, and what the user says later counts.
        .setOverwrittenOptionsAllowed(true)
        .setParameterExceptionHandler(new ErrorMessages())
        .setExecutionExceptionHandler(new ErrorMessages());
  }
}
