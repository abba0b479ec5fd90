package dev.kindling.data.read;

import dev.kindling.data.read.ParquetRowGroups.RowGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.HadoopReadOptions;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/**
 * The row groups of a Parquet file whose middle lies in the segment: column {@code text} and, where
 * there are any, {@code id}, {@code source}, {@code language}, {@code url} and {@code date}; other
 * columns are not read. Page checksums are verified. Files are read one by one, rather than by
 * Spark's own reader, so that a damaged file costs its own rows and not the job.
 */
final class ParquetRecords implements RecordReader {
  private static final List<String> COLUMNS =
      List.of("id", "text", "source", "language", "url", "date");

  private final Segment segment;
  private ParquetFileReader file;
  private MessageType columns;
  private MessageColumnIO assembly;
  private Iterator<RowGroup> rowGroups;
  private org.apache.parquet.io.RecordReader<Group> rows;
  private long rowsLeft;
  private long position;
  private ReadRecord failure;

  ParquetRecords(Configuration hadoop, Segment segment) throws IOException {
    this.segment = segment;
    Path path = new Path(segment.path());
    ParquetBytes bytes = new ParquetBytes(hadoop, path);
    try {
      ParquetReadOptions options =
          HadoopReadOptions.builder(hadoop, path)
              .usePageChecksumVerification()
              .withCodecFactory(new ExactSizeCodecs(hadoop))
              .build();
      file = ParquetFileReader.open(bytes, options);
      MessageType schema = file.getFileMetaData().getSchema();
      columns = columns(schema);
      if (!hasText(columns)) {
        failWithFile(
            QuarantineReason.MISSING_TEXT, "the file has no column 'text' of single strings");
        return;
      }
      rowGroups = ParquetRowGroups.of(file, segment, bytes.getLength()).iterator();
      file.setRequestedSchema(columns);
      assembly =
          new ColumnIOFactory(file.getFileMetaData().getCreatedBy()).getColumnIO(columns, schema);
    } catch (IOException | RuntimeException e) {
      requireDamage(e);
      failWithFile(QuarantineReason.BROKEN_PARQUET, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Optional<ReadRecord> next() throws IOException {
    if (file == null) {
      Optional<ReadRecord> last = Optional.ofNullable(failure);
      failure = null;
      return last;
    }
    try {
      while (rowsLeft == 0) {
        if (!rowGroups.hasNext()) {
          return Optional.empty();
        }
        start(rowGroups.next());
      }
      ReadRecord record = read(rows.read());
      rowsLeft--;
      position++;
      return Optional.of(record);
    } catch (IOException | RuntimeException e) {
      requireDamage(e);
      close();
      return Optional.of(
          segment.quarantined(
              position, QuarantineReason.BROKEN_PARQUET, String.valueOf(e.getMessage())));
    }
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
      file = null;
    }
  }

  private void start(RowGroup rowGroup) throws IOException {
    position = rowGroup.firstRow();
    if (rowGroup.numRows() > 0) {
      rows =
          assembly.getRecordReader(
              file.readRowGroup(rowGroup.index()), new GroupRecordConverter(columns));
    }
    rowsLeft = rowGroup.numRows();
  }

  private ReadRecord read(Group row) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < columns.getFieldCount(); i++) {
      if (row.getFieldRepetitionCount(i) > 0) {
        String column = columns.getFieldName(i);
        Optional<String> value = value(row, i);
        if (value.isEmpty()) {
          return segment.quarantined(
              position, QuarantineReason.BROKEN_UTF8, "column '" + column + "'");
        }
        values.put(column, value.get());
      }
    }
    String text = values.get("text");
    if (text == null) {
      return segment.quarantined(position, QuarantineReason.MISSING_TEXT, "'text' is null");
    }
    RecordFields fields =
        new RecordFields(
            values.get("id"),
            values.get("source"),
            values.get("language"),
            values.get("url"),
            values.get("date"));
    return segment.readable(fields, text, position);
  }

  /** Empty where it is no UTF-8, which Parquet itself would replace silently. */
  private Optional<String> value(Group row, int column) {
    return typeOf(columns.getType(column)) == PrimitiveTypeName.BINARY
        ? Utf8.decode(row.getBinary(column, 0).getBytes())
        : Optional.of(row.getValueToString(column, 0));
  }

  private static MessageType columns(MessageType schema) {
    List<Type> fields = new ArrayList<>();
    for (Type field : schema.getFields()) {
      if (COLUMNS.contains(field.getName())
          && field.isPrimitive()
          && !field.isRepetition(Type.Repetition.REPEATED)) {
        fields.add(field);
      }
    }
    return new MessageType("document", fields);
  }

  private static boolean hasText(MessageType columns) {
    return columns.containsField("text")
        && typeOf(columns.getType("text")) == PrimitiveTypeName.BINARY;
  }

  private static PrimitiveTypeName typeOf(Type column) {
    return column.asPrimitiveType().getPrimitiveTypeName();
  }

  /** Every segment of the file finds the same, so only the first one reports it. */
  private void failWithFile(QuarantineReason reason, String detail) throws IOException {
    close();
    if (segment.start() == 0) {
      failure = segment.quarantined(0, reason, detail);
    }
  }

  /** Parquet wraps what the filesystem reports, at times more than once. */
  private static void requireDamage(Exception e) throws StorageException {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof StorageException failed) {
        throw failed;
      }
    }
  }
}
