package dev.kindling.data.read;

import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.ParquetRuntimeException;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.schema.MessageType;

/** Which row groups of a Parquet file a segment reads. */
final class ParquetRowGroups {
  /**
   * A row group.
   *
   * @param index in the file
   * @param firstRow the number of its first row in the file
   */
  record RowGroup(int index, long firstRow, long numRows) {}

  private static final int MAGIC_BYTES = 4;

  private ParquetRowGroups() {}

  /**
   * The row groups whose middle lies in the segment.
   *
   * @throws ParquetRuntimeException if any row group cannot be as the footer says: a damaged one
   *     would otherwise belong to no segment, or ask for more memory than there is
   */
  static List<RowGroup> of(ParquetFileReader file, Segment segment, long fileLength) {
    List<RowGroup> own = new ArrayList<>();
    List<BlockMetaData> blocks = file.getRowGroups();
    MessageType schema = file.getFileMetaData().getSchema();
    long firstRow = 0;
    for (int i = 0; i < blocks.size(); i++) {
      BlockMetaData block = blocks.get(i);
      for (ColumnChunkMetaData column : block.getColumns()) {
        requireSound(schema, block, column, fileLength);
      }
      long middle = block.getStartingPos() + block.getCompressedSize() / 2;
      if (segment.wholeFile() || (middle >= segment.start() && middle < segment.end())) {
        own.add(new RowGroup(i, firstRow, block.getRowCount()));
      }
      firstRow += block.getRowCount();
    }
    return own;
  }

  private static void requireSound(
      MessageType schema, BlockMetaData block, ColumnChunkMetaData column, long fileLength) {
    long start = column.getStartingPos();
    long size = column.getTotalSize();
    if (start < MAGIC_BYTES || size < 0 || size > fileLength - start) {
      throw new ParquetDecodingException(
          "column " + column.getPath() + " is outside of the file: " + size + " bytes at " + start);
    }
    boolean repeated = schema.getMaxRepetitionLevel(column.getPath().toArray()) > 0;
    if (!repeated && column.getValueCount() != block.getRowCount()) {
      throw new ParquetDecodingException(
          "column "
              + column.getPath()
              + " has "
              + column.getValueCount()
              + " values in "
              + block.getRowCount()
              + " rows");
    }
  }
}
