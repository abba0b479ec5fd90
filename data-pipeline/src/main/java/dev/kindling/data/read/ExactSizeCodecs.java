package dev.kindling.data.read;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.ParquetDecodingException;

/**
 * Decompresses the pages of Parquet files, and finds a page broken that has less content than its
 * header says. Parquet's own way waits for the rest without an end, and takes the memory for it
 * beforehand.
 */
final class ExactSizeCodecs implements CompressionCodecFactory {
  private static final int BUFFER_BYTES = 1 << 16;

  private static final class Codecs extends CodecFactory {
    Codecs(Configuration hadoop) {
      super(hadoop, BUFFER_BYTES);
    }

    CompressionCodec find(CompressionCodecName name) {
      return getCodec(name);
    }
  }

  private record Pages(CompressionCodec codec) implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput page, int size) throws IOException {
      return codec == null ? page : BytesInput.from(inflate(page.toInputStream(), size));
    }

    @Override
    public void decompress(ByteBuffer page, int pageSize, ByteBuffer output, int size)
        throws IOException {
      byte[] bytes = new byte[pageSize];
      page.get(bytes);
      output.put(decompress(BytesInput.from(bytes), size).toByteArray());
    }

    @Override
    public void release() {}

    private byte[] inflate(InputStream page, int size) throws IOException {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      byte[] buffer = new byte[BUFFER_BYTES];
      try (InputStream in = codec.createInputStream(page)) {
        int n = 1;
        while (content.size() < size && n > 0) {
          n = in.read(buffer, 0, Math.min(buffer.length, size - content.size()));
          content.write(buffer, 0, Math.max(0, n));
        }
      }
      if (content.size() != size) {
        throw new ParquetDecodingException(
            "a page of " + content.size() + " bytes has " + size + " by its header");
      }
      return content.toByteArray();
    }
  }

  private final Codecs codecs;

  ExactSizeCodecs(Configuration hadoop) {
    codecs = new Codecs(hadoop);
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
    return new Pages(codecs.find(name));
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName name) {
    return codecs.getCompressor(name);
  }

  @Override
  public void release() {
    codecs.release();
  }
}
