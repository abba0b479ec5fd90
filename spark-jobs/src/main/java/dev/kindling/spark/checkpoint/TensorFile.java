package dev.kindling.spark.checkpoint;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.io.Safetensors;
import dev.kindling.model.io.SafetensorsHeader;
import dev.kindling.model.io.SafetensorsHeader.StoredTensor;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * An open safetensors file on a Hadoop filesystem.
 *
 * @param name the path, for error messages
 * @param in the file
 * @param header its header
 */
record TensorFile(String name, FSDataInputStream in, SafetensorsHeader header)
    implements AutoCloseable {

  static TensorFile open(Configuration hadoop, Path path) throws IOException {
    FileSystem fs = path.getFileSystem(hadoop);
    long numBytes = fs.getFileStatus(path).getLen();
    FSDataInputStream in = fs.open(path);
    try {
      return new TensorFile(
          path.toString(), in, Safetensors.readHeader(path.toString(), in, numBytes));
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  StoredTensor require(String tensor) {
    return header
        .find(tensor)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    name + " has no tensor '" + tensor + "'",
                    "a file that a checkpoint's writer wrote",
                    "go on from another checkpoint"));
  }

  /** Bytes of a tensor, counted from its first. */
  byte[] readRange(String tensor, long offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    in.readFully(require(tensor).position() + offset, bytes, 0, length);
    return bytes;
  }

  void readFully(long position, byte[] destination, int offset, int length) throws IOException {
    in.readFully(position, destination, offset, length);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
