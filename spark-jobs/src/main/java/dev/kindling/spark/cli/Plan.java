package dev.kindling.spark.cli;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.config.RunConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Model.CommandSpec;

/** What {@code --dry-run} prints: the configuration, what is read and what would be written. */
final class Plan {
  private final CommandSpec command;
  private final RunConfig config;
  private final List<String> lines = new ArrayList<>();

  private Plan(CommandSpec command, RunConfig config) {
    this.command = command;
    this.config = config;
  }

  static Plan of(CommandSpec command, RunConfig config) {
    return new Plan(command, config);
  }

  /**
   * Something that is read.
   *
   * @throws InvalidInputException if it does not exist
   */
  Plan reads(String what, Path path) {
    if (!exists(path)) {
      throw new InvalidInputException(
          path + " does not exist", what + " to read", "check the path");
    }
    lines.add("reads   " + path + "  (" + what + ")");
    return this;
  }

  /** A directory that would be written. */
  Plan writes(String what, Path path) {
    String state =
        exists(path)
            ? "exists already: gone on with if it is of the same work, refused otherwise"
            : "new";
    lines.add("writes  " + path + "  (" + what + "; " + state + ")");
    return this;
  }

  /** Something worth knowing beforehand. */
  Plan notes(String line) {
    lines.add(line);
    return this;
  }

  void print() {
    PrintWriter out = command.commandLine().getOut();
    out.println("# the resolved configuration");
    out.print(config.toYaml());
    out.println();
    out.println(command.qualifiedName() + " would do this (dry run: nothing is written):");
    lines.forEach(line -> out.println("  " + line));
    out.flush();
  }

  private static boolean exists(Path path) {
    try {
      return path.getFileSystem(Hadoop.configuration()).exists(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at " + path, e);
    }
  }
}
