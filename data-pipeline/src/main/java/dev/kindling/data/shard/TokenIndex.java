package dev.kindling.data.shard;

import dev.kindling.data.InvalidInputException;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The {@code .idx} file beside a {@code .bin} file of tokens, in the layout of Megatron's indexed
 * dataset, all little-endian:
 *
 * <pre>
 *   9 bytes   "MMIDIDX\0\0"
 *   u64       version, 1
 *   u8        token type, see {@link TokenType}
 *   u64       S, the number of sequences; a document is one sequence
 *   u64       D, the number of entries of the document index: documents + 1
 *   i32[S]    tokens of each sequence
 *   i64[S]    where each sequence starts, in bytes
 *   i64[D]    which sequence each document starts with: 0, 1, ..., S
 * </pre>
 *
 * @param type how tokens are stored
 * @param numDocuments the documents of the shard
 * @param numTokens all tokens of the shard
 */
record TokenIndex(TokenType type, int numDocuments, long numTokens) {
  private static final byte[] MAGIC = {'M', 'M', 'I', 'D', 'I', 'D', 'X', 0, 0};
  private static final long VERSION = 1;
  private static final int HEADER_BYTES = 34;
  private static final int WRITE_BUFFER_BYTES = 1 << 16;

  /** Writes the index of documents of {@code lengths} tokens. */
  static void write(OutputStream out, TokenType type, int[] lengths) throws IOException {
    WritableByteChannel channel = Channels.newChannel(out);
    ByteBuffer buffer = ByteBuffer.allocate(WRITE_BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(MAGIC).putLong(VERSION).put((byte) type.code());
    buffer.putLong(lengths.length).putLong(lengths.length + 1L);
    for (int length : lengths) {
      drain(buffer, channel, Integer.BYTES);
      buffer.putInt(length);
    }
    long pointer = 0;
    for (int length : lengths) {
      drain(buffer, channel, Long.BYTES);
      buffer.putLong(pointer);
      pointer += (long) length * type.bytes();
    }
    for (int document = 0; document <= lengths.length; document++) {
      drain(buffer, channel, Long.BYTES);
      buffer.putLong(document);
    }
    drain(buffer, channel, WRITE_BUFFER_BYTES + 1);
  }

  /**
   * Reads the header and the last entry of each list, which is the same work for a shard of any
   * size.
   *
   * @param binBytes the size of the {@code .bin} file that the index has to agree with
   * @throws InvalidInputException if the file is not such an index, or not of that {@code .bin}
   */
  static TokenIndex read(FileSystem fs, Path path, long binBytes) throws IOException {
    long idxBytes = fs.getFileStatus(path).getLen();
    if (idxBytes < HEADER_BYTES) {
      throw corrupt(path, "has " + idxBytes + " bytes", "a header of " + HEADER_BYTES);
    }
    try (FSDataInputStream in = fs.open(path)) {
      ByteBuffer header = readAt(in, 0, HEADER_BYTES);
      byte[] magic = new byte[MAGIC.length];
      header.get(magic);
      if (!Arrays.equals(magic, MAGIC)) {
        throw corrupt(path, "does not start with MMIDIDX", "an index of Megatron's layout");
      }
      long version = header.getLong();
      if (version != VERSION) {
        throw corrupt(path, "has version " + version, "version " + VERSION);
      }
      TokenType type = TokenType.ofCode(Byte.toUnsignedInt(header.get()), path);
      int numSequences = readCounts(header, path, idxBytes);
      checkLastEntries(in, path, type, numSequences, binBytes);
      return new TokenIndex(type, numSequences, binBytes / type.bytes());
    }
  }

  /**
   * Reads and checks the whole index.
   *
   * @return the number of tokens of each document
   * @throws InvalidInputException as {@link #read}
   */
  static int[] readLengths(FileSystem fs, Path path, long binBytes) throws IOException {
    TokenIndex index = read(fs, path, binBytes);
    int[] lengths = new int[index.numDocuments()];
    try (FSDataInputStream in = fs.open(path);
        DataInputStream data = new DataInputStream(in)) {
      in.seek(HEADER_BYTES);
      byte[] bytes = new byte[lengths.length * Integer.BYTES];
      data.readFully(bytes);
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(lengths);
      long pointer = 0;
      for (int i = 0; i < lengths.length; i++) {
        long found = Long.reverseBytes(data.readLong());
        if (lengths[i] < 0 || found != pointer) {
          throw corrupt(
              path,
              "has document " + i + " of " + lengths[i] + " tokens at byte " + found,
              "a length from 0, at byte " + pointer);
        }
        pointer += (long) lengths[i] * index.type().bytes();
      }
      for (int i = 0; i <= lengths.length; i++) {
        long found = Long.reverseBytes(data.readLong());
        if (found != i) {
          throw corrupt(path, "has document " + i + " at sequence " + found, "sequence " + i);
        }
      }
    }
    return lengths;
  }

  /**
   * Reads where the documents of one shard start.
   *
   * @return the position of each document's first token, and behind the last document that of the
   *     end
   * @throws InvalidInputException if the lengths are not those of the {@code .bin} file
   */
  static long[] readStarts(FileSystem fs, Path path, TokenIndex index) throws IOException {
    try (FSDataInputStream in = fs.open(path)) {
      int numBytes = Math.multiplyExact(index.numDocuments(), Integer.BYTES);
      IntBuffer lengths = readAt(in, HEADER_BYTES, numBytes).asIntBuffer();
      long[] starts = new long[index.numDocuments() + 1];
      for (int document = 0; document < index.numDocuments(); document++) {
        if (lengths.get(document) < 0) {
          throw corrupt(
              path, "has a document of " + lengths.get(document) + " tokens", "0 or more");
        }
        starts[document + 1] = starts[document] + lengths.get(document);
      }
      if (starts[index.numDocuments()] != index.numTokens()) {
        throw corrupt(
            path,
            "has documents of " + starts[index.numDocuments()] + " tokens in all",
            "the " + index.numTokens() + " tokens of the .bin file");
      }
      return starts;
    }
  }

  /** The error for a file that is not what its name says. */
  static InvalidInputException corrupt(Object path, String found, String expected) {
    return new InvalidInputException(
        path + " " + found,
        expected,
        "restore the file, or delete its directory and run `kindling tokenize` again");
  }

  private static int readCounts(ByteBuffer header, Path path, long idxBytes) {
    long numSequences = header.getLong();
    long numDocumentEntries = header.getLong();
    long most = idxBytes / Integer.BYTES;
    boolean possible =
        numSequences > 0 && numSequences <= most && numDocumentEntries == numSequences + 1;
    long expectedBytes =
        HEADER_BYTES
            + numSequences * (Integer.BYTES + Long.BYTES)
            + numDocumentEntries * Long.BYTES;
    if (!possible || expectedBytes != idxBytes) {
      throw corrupt(
          path,
          "has "
              + numSequences
              + " sequences, "
              + numDocumentEntries
              + " document entries and "
              + idxBytes
              + " bytes",
          "from 1 sequence, one document entry more, and the bytes that these take");
    }
    return Math.toIntExact(numSequences);
  }

  private static void checkLastEntries(
      FSDataInputStream in, Path path, TokenType type, int numSequences, long binBytes)
      throws IOException {
    long lengthsEnd = HEADER_BYTES + (long) numSequences * Integer.BYTES;
    long pointersEnd = lengthsEnd + (long) numSequences * Long.BYTES;
    long documentsEnd = pointersEnd + (numSequences + 1L) * Long.BYTES;
    int lastLength = readAt(in, lengthsEnd - Integer.BYTES, Integer.BYTES).getInt();
    long lastPointer = readAt(in, pointersEnd - Long.BYTES, Long.BYTES).getLong();
    long lastDocument = readAt(in, documentsEnd - Long.BYTES, Long.BYTES).getLong();
    if (lastLength < 0
        || lastPointer < 0
        || lastPointer + (long) lastLength * type.bytes() != binBytes
        || lastDocument != numSequences) {
      throw corrupt(
          path,
          "ends with a document of " + lastLength + " tokens at byte " + lastPointer,
          "the end of the .bin file, which has " + binBytes + " bytes");
    }
  }

  private static ByteBuffer readAt(FSDataInputStream in, long position, int length)
      throws IOException {
    byte[] bytes = new byte[length];
    in.readFully(position, bytes);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Writes the buffer out where it has no room for so many bytes more. */
  private static void drain(ByteBuffer buffer, WritableByteChannel channel, int needed)
      throws IOException {
    if (buffer.remaining() < needed) {
      channel.write(buffer.flip());
      buffer.clear();
    }
  }
}
