package dev.kindling.data.read;

import dev.kindling.data.Document;
import dev.kindling.data.read.ReadRecord.Quarantined;
import dev.kindling.data.read.ReadRecord.ReadDocument;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The records of some inputs. Nothing is read before an action asks for it, and every action reads
 * anew: cache what is used twice.
 *
 * @param records readable and quarantined ones, in the order of the inputs
 * @param skippedFiles names of files of formats that are not read
 */
public record Corpus(JavaRDD<ReadRecord> records, List<String> skippedFiles) {
  /** Columns of {@link #documents}. */
  public static final StructType DOCUMENT_SCHEMA =
      new StructType()
          .add("id", DataTypes.StringType, false)
          .add("text", DataTypes.StringType, false)
          .add("source", DataTypes.StringType, false)
          .add("language", DataTypes.StringType, false)
          .add("position", DataTypes.LongType, false)
          .add("html", DataTypes.BooleanType, false);

  /** Columns of {@link #quarantined}. */
  public static final StructType QUARANTINED_SCHEMA =
      new StructType()
          .add("id", DataTypes.StringType, false)
          .add("source", DataTypes.StringType, false)
          .add("position", DataTypes.LongType, false)
          .add("reason", DataTypes.StringType, false)
          .add("detail", DataTypes.StringType, false);

  /** The documents, as they stand in their files: {@code html} says whether that is markup. */
  public Dataset<Row> documents(SparkSession spark) {
    JavaRDD<Row> rows =
        records
            .filter(record -> record instanceof ReadDocument)
            .map(record -> row((ReadDocument) record));
    return spark.createDataFrame(rows, DOCUMENT_SCHEMA);
  }

  /** The records that cannot be read, with the reason. */
  public Dataset<Row> quarantined(SparkSession spark) {
    JavaRDD<Row> rows =
        records
            .filter(record -> record instanceof Quarantined)
            .map(record -> row((Quarantined) record));
    return spark.createDataFrame(rows, QUARANTINED_SCHEMA);
  }

  /**
   * The columns of {@link #documents} and {@code reason}, for one pass over both: documents have no
   * reason, and quarantined records no text.
   */
  public Dataset<Row> all(SparkSession spark) {
    StructType schema = new StructType();
    for (StructField column : DOCUMENT_SCHEMA.fields()) {
      schema = schema.add(column.name(), column.dataType(), true);
    }
    return spark.createDataFrame(
        records.map(Corpus::rowWithReason), schema.add("reason", DataTypes.StringType, true));
  }

  private static Row rowWithReason(ReadRecord record) {
    if (record instanceof ReadDocument readable) {
      Document document = readable.document();
      return RowFactory.create(
          document.id(),
          document.text(),
          document.source(),
          document.language(),
          readable.position(),
          readable.html(),
          null);
    }
    Quarantined bad = (Quarantined) record;
    return RowFactory.create(
        bad.id(), null, bad.source(), null, bad.position(), null, bad.reason().label());
  }

  private static Row row(ReadDocument readable) {
    Document document = readable.document();
    return RowFactory.create(
        document.id(),
        document.text(),
        document.source(),
        document.language(),
        readable.position(),
        readable.html());
  }

  private static Row row(Quarantined quarantined) {
    return RowFactory.create(
        quarantined.id(),
        quarantined.source(),
        quarantined.position(),
        quarantined.reason().label(),
        quarantined.detail());
  }
}
