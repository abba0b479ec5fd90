package dev.kindling.spark.score.prompt;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.score.plan.UnscorableException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructType;

/** A text with places for the columns of a row: <code>Question: {{question}}</code>. */
public final class Template {
  private static final Pattern PLACE = Pattern.compile("\\{\\{\\s*([^{}]*?)\\s*\\}\\}");

  private final String text;
  private final List<String> literals;
  private final List<String> columns;

  private Template(String text, List<String> literals, List<String> columns) {
    this.text = text;
    this.literals = literals;
    this.columns = columns;
  }

  /**
   * Parses a template.
   *
   * @throws InvalidInputException if a place has no name, or a brace no partner
   */
  public static Template parse(String text) {
    List<String> literals = new ArrayList<>();
    List<String> columns = new ArrayList<>();
    Matcher place = PLACE.matcher(text);
    int end = 0;
    while (place.find()) {
      literals.add(text.substring(end, place.start()));
      columns.add(place.group(1));
      end = place.end();
    }
    literals.add(text.substring(end));
    boolean isWhole = literals.stream().noneMatch(part -> part.contains("{{"));
    if (!isWhole || columns.contains("")) {
      throw new InvalidInputException(
          "score.prompt.template is '" + text + "'",
          "names of columns between double braces, such as {{question}}",
          "close every {{ with }}, with a name in between");
    }
    return new Template(text, literals, columns);
  }

  /**
   * Checks that a table has the columns.
   *
   * @throws InvalidInputException naming one that it does not have
   */
  public void requireColumns(StructType schema) {
    List<String> names = List.of(schema.fieldNames());
    for (String column : columns) {
      if (names.contains(column) && !isWritable(schema.apply(column).dataType())) {
        throw new InvalidInputException(
            "score.prompt.template asks for the column '"
                + column
                + "', which is of type "
                + schema.apply(column).dataType().simpleString(),
            "a column of text, numbers, truth values or dates",
            "convert it, or correct the template");
      }
      if (!names.contains(column)) {
        throw new InvalidInputException(
            "score.prompt.template asks for the column '" + column + "'",
            "one of the columns " + names,
            "correct the template, which is '" + text + "'");
      }
    }
  }

  private static boolean isWritable(DataType type) {
    boolean isCompound =
        type instanceof ArrayType || type instanceof MapType || type instanceof StructType;
    return !isCompound && !(type instanceof BinaryType);
  }

  /**
   * The text for a row.
   *
   * @throws UnscorableException if a value is null
   */
  public String of(Row row) throws UnscorableException {
    StringBuilder filled = new StringBuilder(literals.get(0));
    for (int i = 0; i < columns.size(); i++) {
      Object value = row.getAs(columns.get(i));
      if (value == null) {
        throw new UnscorableException("no-text", "the column " + columns.get(i) + " is null");
      }
      filled.append(value).append(literals.get(i + 1));
    }
    return filled.toString();
  }
}
