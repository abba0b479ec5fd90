package dev.kindling.spark.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/**
 * The finished runs of a sweep as a table: the columns of {@link SweepRun}, then one for every key
 * of the configuration that some run sets, with the value that each run has.
 */
final class SweepTable {
  static final String CSV = "runs.csv";
  static final String PARQUET = "runs.parquet";

  private static final ObjectMapper JSON = new ObjectMapper();

  private enum Kind {
    WHOLE,
    REAL,
    TEXT;

    static Kind of(Class<?> type) {
      if (type == int.class || type == long.class) {
        return WHOLE;
      }
      return type == double.class || type == Double.class ? REAL : TEXT;
    }

    static Kind of(List<JsonNode> values) {
      if (values.stream().allMatch(JsonNode::isIntegralNumber)) {
        return WHOLE;
      }
      return values.stream().allMatch(JsonNode::isNumber) ? REAL : TEXT;
    }
  }

  private final Map<String, Kind> columns = new LinkedHashMap<>();
  private final List<ObjectNode> rows = new ArrayList<>();

  /**
   * @param runs with their efficiencies
   * @param configs of the same runs
   * @param keys that are columns too
   */
  SweepTable(List<SweepRun> runs, List<ObjectNode> configs, List<String> keys) {
    for (RecordComponent component : SweepRun.class.getRecordComponents()) {
      columns.put(
          PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(component.getName()),
          Kind.of(component.getType()));
    }
    for (String key : keys) {
      columns.put(key, Kind.of(configs.stream().map(config -> config.path(key)).toList()));
    }
    for (int i = 0; i < runs.size(); i++) {
      ObjectNode row = JSON.valueToTree(runs.get(i));
      for (String key : keys) {
        row.set(key, configs.get(i).path(key));
      }
      rows.add(row);
    }
  }

  /** RFC 4180, with a header; what is not known is empty. */
  String toCsv() {
    StringBuilder csv = new StringBuilder(line(List.copyOf(columns.keySet())));
    for (ObjectNode row : rows) {
      csv.append(
          line(
              columns.keySet().stream()
                  .map(row::path)
                  .map(value -> value.isNull() ? "" : value.asText(value.toString()))
                  .toList()));
    }
    return csv.toString();
  }

  private static String line(List<String> fields) {
    return fields.stream().map(SweepTable::quoted).collect(Collectors.joining(",")) + "\n";
  }

  private static String quoted(String field) {
    String line = field.replaceAll("\\R", " ");
    return line.matches("[^,\"]*") ? line : '"' + line.replace("\"", "\"\"") + '"';
  }

  /** One Parquet file with the same columns, all of them optional. */
  void writeParquet(Configuration hadoop, Path file) throws IOException {
    MessageType schema = schema();
    SimpleGroupFactory groups = new SimpleGroupFactory(schema);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(file)
            .withConf(hadoop)
            .withType(schema)
            .withWriteMode(org.apache.parquet.hadoop.ParquetFileWriter.Mode.OVERWRITE)
            .build()) {
      for (ObjectNode row : rows) {
        Group group = groups.newGroup();
        columns.forEach((name, kind) -> add(group, name, kind, row.path(name)));
        writer.write(group);
      }
    }
  }

  private MessageType schema() {
    Types.MessageTypeBuilder schema = Types.buildMessage();
    columns.forEach(
        (name, kind) -> {
          switch (kind) {
            case WHOLE -> schema.optional(PrimitiveTypeName.INT64).named(name);
            case REAL -> schema.optional(PrimitiveTypeName.DOUBLE).named(name);
            case TEXT ->
                schema
                    .optional(PrimitiveTypeName.BINARY)
                    .as(LogicalTypeAnnotation.stringType())
                    .named(name);
          }
        });
    return schema.named("runs");
  }

  private static void add(Group group, String name, Kind kind, JsonNode value) {
    if (value.isNull()) {
      return;
    }
    switch (kind) {
      case WHOLE -> group.add(name, value.longValue());
      case REAL -> group.add(name, value.doubleValue());
      case TEXT -> group.add(name, value.asText(value.toString()));
    }
  }
}
