package dev.kindling.spark.score.mode;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.config.ScoreColumns;
import dev.kindling.spark.score.plan.ScoreMode;
import dev.kindling.spark.score.plan.ScorePlan;
import dev.kindling.spark.score.prompt.Template;
import java.util.List;
import java.util.function.Predicate;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/** What a mode needs of a table's columns. */
final class TableColumns {
  private TableColumns() {}

  static void require(ScorePlan plan, StructType schema) {
    ScoreColumns columns = plan.score().columns();
    switch (plan.mode()) {
      case ROLLING, MASKED, EMBED ->
          require(schema, "text", columns.text(), "a string", TableColumns::isString);
      case CONTINUATION -> {
        require(schema, "context", columns.context(), "a string", TableColumns::isString);
        require(schema, "continuation", columns.continuation(), "a string", TableColumns::isString);
      }
      case CHOICE -> {
        requirePrompt(plan, schema);
        require(
            schema, "choices", columns.choices(), "an array of strings", TableColumns::isStrings);
        if (has(schema, columns.label())) {
          require(
              schema, "label", columns.label(), "an integer or a string", TableColumns::isLabel);
        }
      }
      case GENERATE -> requirePrompt(plan, schema);
    }
  }

  /** Of a table of solved examples. */
  static void requireExamples(ScorePlan plan, StructType schema) {
    require(plan, schema);
    ScoreColumns columns = plan.score().columns();
    String answer = plan.mode() == ScoreMode.CHOICE ? columns.label() : columns.answer();
    String key = plan.mode() == ScoreMode.CHOICE ? "label" : "answer";
    require(schema, key, answer, "an integer or a string", TableColumns::isLabel);
  }

  private static void requirePrompt(ScorePlan plan, StructType schema) {
    Template.parse(plan.score().prompt().template()).requireColumns(schema);
    if (plan.score().prompt().mostShots() > 0) {
      String id = plan.score().columns().id();
      require(schema, "id", id, "an integer or a string", TableColumns::isLabel);
    }
  }

  /** Spark does not tell names apart by their case. */
  static void requireFree(ScoreMode mode, StructType schema) {
    for (String column : schema.fieldNames()) {
      if (mode.addedNames().stream().anyMatch(column::equalsIgnoreCase)) {
        throw new InvalidInputException(
            "the input has a column '" + column + "' already",
            "a table without the columns that scoring adds: " + mode.addedNames(),
            "rename or drop that column");
      }
    }
  }

  private static void require(
      StructType schema, String key, String column, String what, Predicate<DataType> fits) {
    if (!has(schema, column)) {
      throw new InvalidInputException(
          "the input has no column '" + column + "', but " + List.of(schema.fieldNames()),
          "a column of that name, " + what,
          "say which column it is: score.columns." + key + "=NAME");
    }
    DataType type = schema.apply(column).dataType();
    if (!fits.test(type) && !type.equals(DataTypes.NullType)) {
      throw new InvalidInputException(
          "the column '" + column + "' is of type " + type.simpleString(),
          what,
          "convert it, or say which column it is: score.columns." + key + "=NAME");
    }
  }

  private static boolean isString(DataType type) {
    return type instanceof StringType;
  }

  private static boolean isStrings(DataType type) {
    return type instanceof ArrayType array && isString(array.elementType());
  }

  private static boolean isLabel(DataType type) {
    return isString(type) || type instanceof IntegralType;
  }

  private static boolean has(StructType schema, String column) {
    return List.of(schema.fieldNames()).contains(column);
  }
}
