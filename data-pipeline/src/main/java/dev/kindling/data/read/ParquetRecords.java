package dev.kindling.data.read;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/**
 * The row groups of a Parquet file whose middle lies in the segment: column {@code text} and, where
 * there are any, {@code id}, {@code source} and {@code language}; other columns are not read. Page
 * checksums are verified. Files are read one by one, rather than by Spark's own reader, so that a
 * damaged file costs its own rows and not the job.
 */
final class ParquetRecords implements RecordReader {
  private static final List<String> COLUMNS = List.of("id", "text", "source", "language");

  private final Segment segment;
  private ParquetReader<Group> reader;
  private ReadRecord failure;
  private long position;

  ParquetRecords(Configuration hadoop, Segment segment) throws IOException {
    this.segment = segment;
    Path path = new Path(segment.path());
    // Parquet reports damage as a RuntimeException and a filesystem that fails as an IOException.
    try {
      MessageType columns = columns(new Configuration(hadoop), path);
      if (!hasText(columns)) {
        failure =
            segment.quarantined(
                0, QuarantineReason.MISSING_TEXT, "the file has no column 'text' of strings");
        return;
      }
      Configuration projected = new Configuration(hadoop);
      projected.set(ReadSupport.PARQUET_READ_SCHEMA, columns.toString());
      reader =
          ParquetReader.builder(new GroupReadSupport(), path)
              .withConf(projected)
              .withFileRange(segment.start(), segment.end())
              .usePageChecksumVerification()
              .build();
    } catch (RuntimeException e) {
      failure = broken(e);
    }
  }

  @Override
  public Optional<ReadRecord> next() throws IOException {
    if (reader == null) {
      Optional<ReadRecord> last = Optional.ofNullable(failure);
      failure = null;
      return last;
    }
    try {
      Group row = reader.read();
      if (row == null) {
        return Optional.empty();
      }
      position = Math.max(0, reader.getCurrentRowIndex());
      return Optional.of(read(row));
    } catch (RuntimeException e) {
      reader.close();
      reader = null;
      position++;
      return Optional.of(broken(e));
    }
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.close();
    }
  }

  private ReadRecord read(Group row) {
    String text = value(row, "text");
    if (text == null) {
      return segment.quarantined(position, QuarantineReason.MISSING_TEXT, "'text' is null");
    }
    return segment.readable(
        value(row, "id"), text, value(row, "source"), value(row, "language"), position);
  }

  private static String value(Group row, String column) {
    if (!row.getType().containsField(column) || row.getFieldRepetitionCount(column) == 0) {
      return null;
    }
    return row.getValueToString(row.getType().getFieldIndex(column), 0);
  }

  private static MessageType columns(Configuration hadoop, Path path) throws IOException {
    try (ParquetFileReader file = ParquetFileReader.open(HadoopInputFile.fromPath(path, hadoop))) {
      List<Type> fields = new ArrayList<>();
      for (Type field : file.getFileMetaData().getSchema().getFields()) {
        if (COLUMNS.contains(field.getName()) && field.isPrimitive()) {
          fields.add(field);
        }
      }
      return new MessageType("document", fields);
    }
  }

  private static boolean hasText(MessageType columns) {
    return columns.containsField("text")
        && columns.getType("text").asPrimitiveType().getPrimitiveTypeName()
            == PrimitiveTypeName.BINARY;
  }

  private ReadRecord broken(RuntimeException e) {
    return segment.quarantined(
        position, QuarantineReason.BROKEN_PARQUET, String.valueOf(e.getMessage()));
  }
}
