package dev.kindling.spark.cli;

import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Model.CommandSpec;

/** Where a command's text goes: standard output, or a new file. */
final class TextOutput {
  private TextOutput() {}

  /**
   * Writes the whole text.
   *
   * @param file null for standard output
   * @throws InvalidInputException if the file exists; it is left as it is
   */
  static void write(Configuration hadoop, CommandSpec command, Path file, String text) {
    if (file == null) {
      PrintWriter out = command.commandLine().getOut();
      out.print(text);
      out.flush();
      return;
    }
    try (OutputStream out = file.getFileSystem(hadoop).create(file, false)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (FileAlreadyExistsException e) {
      throw new InvalidInputException(
          file + " exists already",
          "a new file",
          "choose another --output; this one was left as it is",
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
