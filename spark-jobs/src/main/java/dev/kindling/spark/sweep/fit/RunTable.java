package dev.kindling.spark.sweep.fit;

import dev.kindling.data.InvalidInputException;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Reads runs from a CSV file with a header (RFC 4180, without line breaks inside quotes). */
public final class RunTable {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final Path file;
  private final RunColumns names;

  private RunTable(Path file, RunColumns names) {
    this.file = file;
    this.names = names;
  }

  /**
   * Reads all rows. Columns that are not asked for are passed over, and so are empty lines.
   *
   * @throws InvalidInputException if the file or a column is missing, or a row holds anything but
   *     numbers above 0 in these columns; it names the line
   */
  public static List<Run> read(Configuration hadoop, Path file, RunColumns names) {
    try {
      FileSystem fs = file.getFileSystem(hadoop);
      if (fs.getFileStatus(file).isDirectory()) {
        throw new InvalidInputException(
            file + " is a directory", "a CSV file of runs", "name the file in it");
      }
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(fs.open(file), StandardCharsets.UTF_8))) {
        return new RunTable(file, names).rows(lines);
      }
    } catch (FileNotFoundException e) {
      throw new InvalidInputException(
          file + " does not exist", "a CSV file of runs", "check the path", e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private List<Run> rows(BufferedReader lines) throws IOException {
    String first = lines.readLine();
    List<String> header = fields(first == null ? "" : first.replace(BYTE_ORDER_MARK, ""), 1);
    int parameters = column(header, names.parameters(), "--parameters");
    int tokens = column(header, names.tokens(), "--tokens");
    int loss = column(header, names.loss(), "--loss");
    List<Run> runs = new ArrayList<>();
    int number = 1;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (!line.isBlank()) {
        List<String> fields = fields(line, number);
        if (fields.size() != header.size()) {
          throw new InvalidInputException(
              at(number) + " has " + fields.size() + " fields",
              header.size() + ", as the header has",
              "write a number with a dot and without thousands separators, and quote texts with"
                  + " commas");
        }
        runs.add(
            new Run(
                value(fields.get(parameters), names.parameters(), number),
                value(fields.get(tokens), names.tokens(), number),
                value(fields.get(loss), names.loss(), number)));
      }
    }
    return runs;
  }

  private int column(List<String> header, String name, String option) {
    int index = header.indexOf(name);
    if (index < 0) {
      throw new InvalidInputException(
          file + " has no column '" + name + "', but: " + String.join(", ", header),
          "a first line with the names of the columns",
          "say with " + option + " NAME what the column is called");
    }
    if (header.lastIndexOf(name) != index) {
      throw new InvalidInputException(
          file + " has two columns '" + name + "'", "one", "rename one of them");
    }
    return index;
  }

  private double value(String text, String column, int line) {
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw notAValue(text, column, line, e);
    }
    if (!(value > 0 && Double.isFinite(value))) {
      throw notAValue(text, column, line, null);
    }
    return value;
  }

  private InvalidInputException notAValue(String text, String column, int line, Throwable cause) {
    return new InvalidInputException(
        at(line) + ": " + column + " is '" + text + "'",
        "a number above 0, such as 1.5e9",
        "correct it, or leave the run out",
        cause);
  }

  private String at(int line) {
    return file + ", line " + line;
  }

  private List<String> fields(String line, int number) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        boolean twice = quoted && i + 1 < line.length() && line.charAt(i + 1) == '"';
        if (twice) {
          field.append(c);
          i++;
        } else {
          quoted = !quoted;
        }
      } else if (c == ',' && !quoted) {
        fields.add(field.toString().strip());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    if (quoted) {
      throw new InvalidInputException(
          at(number) + " ends inside quotes", "a closing quote", "add it");
    }
    fields.add(field.toString().strip());
    return fields;
  }
}
