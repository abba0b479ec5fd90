package dev.kindling.model.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads and writes Hugging Face's safetensors format: eight bytes with the length of the header as
 * a little-endian integer, the header as JSON, and the tensors' bytes without a gap. Nothing in
 * such a file is ever executed.
 *
 * <p>The header alone is parsed, so a file of any size can be read in parts, by position.
 */
public final class Safetensors {
  /** The longest header that is read, the limit of the reference implementation. */
  public static final int MAX_HEADER_BYTES = 100_000_000;

  static final String METADATA = "__metadata__";

  private static final int LENGTH_BYTES = Long.BYTES;
  private static final int ALIGNMENT = 8;
  private static final JsonFactory JSON = new JsonFactory();

  private Safetensors() {}

  /**
   * Reads and checks the header.
   *
   * @param source the file's name, for error messages
   * @param in the file from its first byte; left behind the header, and not closed
   * @param fileBytes the size of the whole file
   * @throws WeightsFormatException if the header breaks any rule of the format, or does not fit the
   *     file's size
   * @throws IOException if the stream fails
   */
  public static SafetensorsHeader readHeader(String source, InputStream in, long fileBytes)
      throws IOException {
    byte[] lengthField = in.readNBytes(LENGTH_BYTES);
    if (fileBytes < LENGTH_BYTES || lengthField.length < LENGTH_BYTES) {
      throw damaged(
          source + " has " + Math.min(fileBytes, lengthField.length) + " bytes",
          "at least the 8 bytes that hold the length of the header");
    }
    long headerBytes = ByteBuffer.wrap(lengthField).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (headerBytes < 0 || headerBytes > MAX_HEADER_BYTES) {
      throw damaged(
          source + " announces a header of " + Long.toUnsignedString(headerBytes) + " bytes",
          "at most " + MAX_HEADER_BYTES);
    }
    if (headerBytes > fileBytes - LENGTH_BYTES) {
      throw damaged(
          source + " announces a header of " + headerBytes + " bytes, but has " + fileBytes,
          "a header that lies within the file");
    }
    byte[] header = in.readNBytes(Math.toIntExact(headerBytes));
    if (header.length < headerBytes) {
      throw damaged(
          source + " ends after " + (LENGTH_BYTES + header.length) + " of " + fileBytes + " bytes",
          "a header of " + headerBytes + " bytes");
    }
    return new SafetensorsHeaderParser(source, LENGTH_BYTES + headerBytes, fileBytes)
        .parse(decode(source, header));
  }

  /**
   * The bytes that a file with these tensors starts with, filled up with spaces so that the data
   * begins at a multiple of 8. The tensors' data follow in the order of the list.
   *
   * @throws IllegalArgumentException if a name occurs twice, or the header is too long
   */
  public static byte[] headerBytes(Map<String, String> metadata, List<TensorSpec> tensors) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (JsonGenerator generator = JSON.createGenerator(json)) {
      writeHeader(generator, metadata, tensors);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
    int length = (json.size() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (length > MAX_HEADER_BYTES) {
      throw new IllegalArgumentException(
          "the header of "
              + tensors.size()
              + " tensors has "
              + length
              + " bytes: at most "
              + MAX_HEADER_BYTES
              + " are allowed, so split the tensors over several files");
    }
    byte[] bytes = new byte[LENGTH_BYTES + length];
    Arrays.fill(bytes, (byte) ' ');
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put(json.toByteArray());
    return bytes;
  }

  /** The bytes of the data of these tensors. */
  public static long dataBytes(List<TensorSpec> tensors) {
    return tensors.stream().mapToLong(TensorSpec::numBytes).reduce(0, Math::addExact);
  }

  /**
   * Writes the header, and gives a stream for the tensors' data: exactly {@link #dataBytes} of
   * them, in the order of the list. Closing it closes {@code out}.
   *
   * @return a stream that throws {@link IOException} at a byte too many, and when it is closed too
   *     early
   */
  public static OutputStream newOutputStream(
      OutputStream out, Map<String, String> metadata, List<TensorSpec> tensors) throws IOException {
    out.write(headerBytes(metadata, tensors));
    return new DataOutputStream(out, dataBytes(tensors));
  }

  static WeightsFormatException damaged(String given, String expected) {
    return new WeightsFormatException(
        given, expected, "the file is damaged or not a safetensors file: get a sound copy of it");
  }

  private static String decode(String source, byte[] header) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(header)).toString();
    } catch (CharacterCodingException e) {
      throw new WeightsFormatException(
          source + " has a header that is not UTF-8",
          "JSON in UTF-8",
          "the file is damaged or not a safetensors file: get a sound copy of it",
          e);
    }
  }

  private static void writeHeader(
      JsonGenerator json, Map<String, String> metadata, List<TensorSpec> tensors)
      throws IOException {
    json.writeStartObject();
    if (!metadata.isEmpty()) {
      json.writeObjectFieldStart(METADATA);
      // Sorted, so that equal content gives equal bytes.
      for (String key : metadata.keySet().stream().sorted().toList()) {
        json.writeStringField(key, metadata.get(key));
      }
      json.writeEndObject();
    }
    Set<String> names = new HashSet<>(Set.of(METADATA));
    long begin = 0;
    for (TensorSpec tensor : tensors) {
      if (!names.add(tensor.name())) {
        throw new IllegalArgumentException(
            "tensor name '" + tensor.name() + "' is taken: every tensor needs its own name");
      }
      long end = Math.addExact(begin, tensor.numBytes());
      json.writeObjectFieldStart(tensor.name());
      json.writeStringField("dtype", tensor.dtype().name());
      json.writeArrayFieldStart("shape");
      for (long dim : tensor.shape()) {
        json.writeNumber(dim);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("data_offsets");
      json.writeNumber(begin);
      json.writeNumber(end);
      json.writeEndArray();
      json.writeEndObject();
      begin = end;
    }
    json.writeEndObject();
  }

  /** Lets exactly as many bytes through as the header announced. */
  private static final class DataOutputStream extends FilterOutputStream {
    private final long announced;
    private long remaining;
    private boolean closed;

    DataOutputStream(OutputStream out, long announced) {
      super(out);
      this.announced = announced;
      this.remaining = announced;
    }

    @Override
    public void write(int value) throws IOException {
      take(1);
      out.write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      take(length);
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      super.close();
      if (remaining > 0) {
        throw new EOFException(
            (announced - remaining)
                + " bytes of data were written, but the header announces "
                + announced);
      }
    }

    private void take(int length) throws IOException {
      if (length > remaining) {
        throw new IOException(
            (announced - remaining + length)
                + " bytes of data are more than the header announces: "
                + announced);
      }
      remaining -= length;
    }
  }
}
