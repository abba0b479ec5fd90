package dev.kindling.data.clean;

import dev.kindling.data.Document;
import dev.kindling.data.dedup.ExactDuplicates;
import dev.kindling.data.extract.ExtractConfig;
import dev.kindling.data.extract.TextExtractor;
import dev.kindling.data.extract.TextExtractor.Extracted;
import dev.kindling.data.read.ReadRecord;
import dev.kindling.data.read.ReadRecord.Quarantined;
import dev.kindling.data.read.ReadRecord.ReadDocument;
import dev.kindling.data.signal.Signal;
import dev.kindling.data.signal.SignalCatalogue;
import dev.kindling.data.signal.SignalValues;
import dev.kindling.data.signal.TextSignals;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Every record of the input as one row with its extracted text and what was measured of it, so that
 * the text is read once, whatever is then judged, counted or written. Columns that do not apply are
 * null: a record that cannot be read has {@code unreadable}, the reason, and {@code detail}.
 */
final class MeasuredRecords {
  /** Measured by signals as well, but there without them too. */
  private static final Set<Signal> ALWAYS = Set.of(Signal.CHARACTERS, Signal.UTF8_BYTES);

  private static final List<Signal> SIGNALS =
      SignalCatalogue.signals().stream().filter(signal -> !ALWAYS.contains(signal)).toList();

  private static final StructType BASE =
      new StructType()
          .add("id", DataTypes.StringType, false)
          .add("text", DataTypes.StringType)
          .add("source", DataTypes.StringType, false)
          .add("url", DataTypes.StringType)
          .add("date", DataTypes.StringType)
          .add("language", DataTypes.StringType)
          .add("language_score", DataTypes.DoubleType)
          .add("characters", DataTypes.IntegerType)
          .add("utf8_bytes", DataTypes.IntegerType)
          .add("masked_emails", DataTypes.IntegerType)
          .add("masked_ip_addresses", DataTypes.IntegerType)
          .add("masked_card_numbers", DataTypes.IntegerType)
          .add("masked_phone_numbers", DataTypes.IntegerType)
          .add("gibberish", DataTypes.StringType)
          .add("origin", DataTypes.StringType, false)
          .add("position", DataTypes.LongType, false)
          .add("content_key", DataTypes.BinaryType)
          .add("unreadable", DataTypes.StringType)
          .add("detail", DataTypes.StringType);

  private MeasuredRecords() {}

  /**
   * Extracts and measures every record; nothing is computed before an action asks for it.
   *
   * @param withSignals whether every {@link Signal} gets a column
   */
  static Dataset<Row> of(
      SparkSession spark, JavaRDD<ReadRecord> records, ExtractConfig config, boolean withSignals) {
    TextExtractor extractor = new TextExtractor(config);
    StructType schema = schema(withSignals);
    int width = schema.size();
    return spark.createDataFrame(records.map(record -> row(record, extractor, width)), schema);
  }

  /** What rules judge by, from a row of {@link #measures}. */
  static Measures measures(Row row, List<Signal> signals) {
    Map<Signal, Double> values = new EnumMap<>(Signal.class);
    int first = row.length() - signals.size();
    for (int i = 0; i < signals.size(); i++) {
      values.put(signals.get(i), ((Number) row.get(first + i)).doubleValue());
    }
    return new Measures(
        row.getAs("characters"),
        row.getAs("language"),
        row.getAs("language_score"),
        row.getAs("url"),
        row.getAs("gibberish"),
        SignalValues.of(values));
  }

  /** A column with what rules over these signals judge by, and nothing else. */
  static Column measures(List<Signal> signals) {
    return functions.struct(
        Stream.concat(
                Stream.of("characters", "language", "language_score", "url", "gibberish"),
                signals.stream().map(Signal::signalName))
            .map(functions::col)
            .toArray(Column[]::new));
  }

  private static StructType schema(boolean withSignals) {
    StructType schema = BASE;
    for (Signal signal : withSignals ? SIGNALS : List.<Signal>of()) {
      schema = schema.add(signal.signalName(), typeOf(signal));
    }
    return schema;
  }

  private static DataType typeOf(Signal signal) {
    return switch (signal.type()) {
      case INTEGER -> DataTypes.IntegerType;
      case REAL -> DataTypes.DoubleType;
    };
  }

  private static Row row(ReadRecord record, TextExtractor extractor, int width) {
    if (record instanceof ReadDocument readable) {
      return row(readable, extractor, width);
    }
    Object[] values = new Object[width];
    Quarantined bad = (Quarantined) record;
    set(values, "id", bad.id());
    set(values, "source", bad.source());
    set(values, "origin", bad.id());
    set(values, "position", bad.position());
    set(values, "unreadable", bad.reason().label());
    set(values, "detail", bad.detail());
    return RowFactory.create(values);
  }

  private static Row row(ReadDocument readable, TextExtractor extractor, int width) {
    Document raw = readable.document();
    Extracted extracted = extractor.extract(raw.text(), raw.language(), readable.html());
    String text = extracted.text();
    Object[] values = new Object[width];
    set(values, "id", raw.id());
    set(values, "text", text);
    set(values, "source", raw.source());
    set(values, "url", readable.url());
    set(values, "date", readable.date());
    set(values, "language", extracted.language());
    set(values, "language_score", extracted.languageScore());
    set(values, "characters", text.codePointCount(0, text.length()));
    set(values, "utf8_bytes", text.getBytes(StandardCharsets.UTF_8).length);
    set(values, "masked_emails", extracted.masked().numEmails());
    set(values, "masked_ip_addresses", extracted.masked().numIpAddresses());
    set(values, "masked_card_numbers", extracted.masked().numCardNumbers());
    set(values, "masked_phone_numbers", extracted.masked().numPhoneNumbers());
    set(values, "gibberish", Gibberish.in(text, extracted.language()).orElse(null));
    set(values, "origin", readable.origin());
    set(values, "position", readable.position());
    set(values, "content_key", ExactDuplicates.key(text));
    if (width > BASE.size()) {
      setSignals(values, extracted);
    }
    return RowFactory.create(values);
  }

  private static void setSignals(Object[] values, Extracted extracted) {
    SignalValues measured =
        extracted
            .droppedLines()
            .map(c4 -> TextSignals.compute(extracted.text(), extracted.language(), c4))
            .orElseGet(() -> TextSignals.compute(extracted.text(), extracted.language()));
    for (int i = 0; i < SIGNALS.size(); i++) {
      double value = measured.get(SIGNALS.get(i));
      values[BASE.size() + i] =
          switch (SIGNALS.get(i).type()) {
            case INTEGER -> (Object) (int) value;
            case REAL -> value;
          };
    }
  }

  private static void set(Object[] values, String column, Object value) {
    values[BASE.fieldIndex(column)] = value;
  }
}
