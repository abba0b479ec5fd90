package dev.kindling.spark.generations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.sweep.fit.TextTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The finished models as a table: the columns of {@link ModelRow}. */
public record GenerationsTable(GenerationsDirectory directory) {
  /** The file. */
  public static final String CSV = "generations.csv";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NONE = "-";

  private static final List<String> COLUMNS =
      Arrays.stream(ModelRow.class.getRecordComponents())
          .map(
              component ->
                  PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(
                      component.getName()))
          .toList();

  /** What to know of single rows. */
  public static final List<String> NOTES =
      List.of(
          "Tokens: every model that is trained by gradients reads the same number; n-grams are"
              + " counted in the whole train split, once; word2vec reads words.",
          "word2vec predicts no text, so it has no perplexity; its parameters, those of its vectors,"
              + " follow from its own settings.",
          "elmo's perplexity is that of its forward model, which has a part of its parameters.");

  void write() {
    StringBuilder csv = new StringBuilder(String.join(",", COLUMNS)).append('\n');
    for (ModelRow row : directory.rows()) {
      JsonNode values = JSON.valueToTree(row);
      csv.append(
              COLUMNS.stream()
                  .map(values::path)
                  .map(value -> value.isNull() ? "" : quoted(value.asText()))
                  .collect(Collectors.joining(",")))
          .append('\n');
    }
    directory.write(CSV, csv.toString());
  }

  private static String quoted(String field) {
    return field.contains(",") ? '"' + field + '"' : field;
  }

  /** The table for the console and for a page. */
  public static TextTable of(List<ModelRow> rows, OptionalDouble entropy, HeldOut heldOut) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(
        List.of(
            "model",
            "shape",
            "parameters",
            "tokens read",
            "seconds",
            "tokens/s",
            "perplexity",
            "bits per byte"));
    for (ModelRow row : rows) {
      lines.add(
          List.of(
              row.model(),
              row.shape(),
              Words.number(row.parameters()),
              Words.number(row.tokens()),
              row.seconds() == null ? NONE : Words.number(Math.round(row.seconds())),
              row.tokensPerSecond() == null
                  ? NONE
                  : Words.number(Math.round(row.tokensPerSecond())),
              row.perplexity() == null ? NONE : figure("%.2f", row.perplexity()),
              row.bitsPerByte() == null ? NONE : figure("%.4f", row.bitsPerByte())));
    }
    entropy.ifPresent(
        bits ->
            lines.add(
                List.of(
                    "entropy",
                    "of the text",
                    NONE,
                    NONE,
                    NONE,
                    NONE,
                    figure("%.2f", Math.exp(heldOut.natsPerToken(bits))),
                    figure("%.4f", bits))));
    return new TextTable(lines);
  }

  private static String figure(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
