package dev.kindling.data.read;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/**
 * The bytes of a file, for Parquet. Parquet reports damage as an IOException too, so what the
 * filesystem reports is marked as a {@link StorageException}: everything else is damage.
 */
final class ParquetBytes implements InputFile {
  private final Configuration hadoop;
  private final Path path;
  private final long length;

  ParquetBytes(Configuration hadoop, Path path) throws StorageException {
    this.hadoop = hadoop;
    this.path = path;
    try {
      length = path.getFileSystem(hadoop).getFileStatus(path).getLen();
    } catch (IOException e) {
      throw new StorageException(e);
    }
  }

  @Override
  public long getLength() {
    return length;
  }

  @Override
  public SeekableInputStream newStream() throws StorageException {
    try {
      return new Bytes(path.getFileSystem(hadoop).open(path), length);
    } catch (IOException e) {
      throw new StorageException(e);
    }
  }

  private static final class Bytes extends DelegatingSeekableInputStream {
    private final FSDataInputStream file;
    private final long length;

    Bytes(FSDataInputStream file, long length) {
      super(new MarkedFailures(file));
      this.file = file;
      this.length = length;
    }

    @Override
    public long getPos() throws StorageException {
      try {
        return file.getPos();
      } catch (IOException e) {
        throw new StorageException(e);
      }
    }

    @Override
    public void seek(long position) throws IOException {
      if (position < 0 || position > length) {
        throw new EOFException("byte " + position + " of a file of " + length + " bytes");
      }
      try {
        file.seek(position);
      } catch (IOException e) {
        throw new StorageException(e);
      }
    }
  }

  private static final class MarkedFailures extends FilterInputStream {
    MarkedFailures(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws StorageException {
      try {
        return in.read();
      } catch (IOException e) {
        throw new StorageException(e);
      }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws StorageException {
      try {
        return in.read(buffer, offset, length);
      } catch (IOException e) {
        throw new StorageException(e);
      }
    }
  }
}
