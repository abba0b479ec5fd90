package dev.kindling.data.shard;

import dev.kindling.data.InvalidInputException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
 *   u64       S, the number of sequences: of documents, or of sentences where they are kept
 *   u64       D, the number of entries of the document index: documents + 1
 *   i32[S]    tokens of each sequence
 *   i64[S]    where each sequence starts, in bytes
 *   i64[D]    which sequence each document starts with: 0, ..., S
 * </pre>
 *
 * @param type how tokens are stored
 * @param numSequences the sequences of the shard
 * @param numDocuments the documents of the shard, of one sequence or more each
 * @param numTokens all tokens of the shard
 */
record TokenIndex(TokenType type, int numSequences, int numDocuments, long numTokens) {
  private static final byte[] MAGIC = {'M', 'M', 'I', 'D', 'I', 'D', 'X', 0, 0};
  private static final long VERSION = 1;
  private static final int HEADER_BYTES = 34;
  private static final int WRITE_BUFFER_BYTES = 1 << 16;
  private static final int READ_BUFFER_BYTES = 1 << 20;

  /**
   * Where the sequences and the documents of a shard start.
   *
   * @param sequences the position of each sequence's first token, and that of the end
   * @param documents the first sequence of each document, and the number of sequences
   */
  // The arrays are payload of a record that is never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Starts(long[] sequences, int[] documents) {
    /** The position of a document's first token, or behind the last one that of the end. */
    long document(int document) {
      return sequences[documents[document]];
    }
  }

  /**
   * Writes an index.
   *
   * @param lengths tokens of each sequence
   * @param documents the first sequence of each document, rising
   */
  static void write(OutputStream out, TokenType type, int[] lengths, int[] documents)
      throws IOException {
    WritableByteChannel channel = Channels.newChannel(out);
    ByteBuffer buffer = ByteBuffer.allocate(WRITE_BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(MAGIC).putLong(VERSION).put((byte) type.code());
    buffer.putLong(lengths.length).putLong(documents.length + 1L);
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
    for (int firstSequence : documents) {
      drain(buffer, channel, Long.BYTES);
      buffer.putLong(firstSequence);
    }
    drain(buffer, channel, Long.BYTES);
    buffer.putLong(lengths.length);
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
      int[] counts = readCounts(header, path, idxBytes);
      TokenIndex index = new TokenIndex(type, counts[0], counts[1], binBytes / type.bytes());
      index.checkLastEntries(in, path, binBytes);
      return index;
    }
  }

  /**
   * Reads and checks the whole index.
   *
   * @throws InvalidInputException if it is not that of the {@code .bin} file
   */
  Starts readStarts(FileSystem fs, Path path) throws IOException {
    long[] sequences = new long[numSequences + 1];
    int[] documents = new int[numDocuments + 1];
    try (FSDataInputStream in = fs.open(path)) {
      in.seek(HEADER_BYTES);
      DataInputStream data = new DataInputStream(new BufferedInputStream(in, READ_BUFFER_BYTES));
      for (int i = 0; i < numSequences; i++) {
        int length = Integer.reverseBytes(data.readInt());
        if (length < 0) {
          throw corrupt(path, "has sequence " + i + " of " + length + " tokens", "0 or more");
        }
        sequences[i + 1] = sequences[i] + length;
      }
      for (int i = 0; i < numSequences; i++) {
        long found = Long.reverseBytes(data.readLong());
        if (found != sequences[i] * type.bytes()) {
          throw corrupt(
              path,
              "has sequence " + i + " at byte " + found,
              "byte " + sequences[i] * type.bytes() + ", where the one before it ends");
        }
      }
      for (int i = 0; i <= numDocuments; i++) {
        long found = Long.reverseBytes(data.readLong());
        boolean fits = i == 0 ? found == 0 : found > documents[i - 1] && found <= numSequences;
        if (!fits) {
          throw corrupt(path, "has document " + i + " at sequence " + found, "rising from 0");
        }
        documents[i] = (int) found;
      }
    }
    if (sequences[numSequences] != numTokens || documents[numDocuments] != numSequences) {
      throw corrupt(
          path,
          "has sequences of " + sequences[numSequences] + " tokens in all",
          "the " + numTokens + " tokens of the .bin file");
    }
    return new Starts(sequences, documents);
  }

  /** The error for a file that is not what its name says. */
  static InvalidInputException corrupt(Object path, String found, String expected) {
    return new InvalidInputException(
        path + " " + found,
        expected,
        "restore the file, or delete its directory and run `kindling tokenize` again");
  }

  /** The numbers of sequences and documents. */
  private static int[] readCounts(ByteBuffer header, Path path, long idxBytes) {
    long numSequences = header.getLong();
    long numDocumentEntries = header.getLong();
    long most = idxBytes / Integer.BYTES;
    boolean possible =
        numSequences > 0
            && numSequences <= most
            && numDocumentEntries > 1
            && numDocumentEntries <= numSequences + 1;
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
          "from 1 sequence, an entry for each document and one more, and the bytes that these take");
    }
    return new int[] {(int) numSequences, (int) numDocumentEntries - 1};
  }

  private void checkLastEntries(FSDataInputStream in, Path path, long binBytes) throws IOException {
    long lengthsEnd = HEADER_BYTES + (long) numSequences * Integer.BYTES;
    long pointersEnd = lengthsEnd + (long) numSequences * Long.BYTES;
    long documentsEnd = pointersEnd + (numDocuments + 1L) * Long.BYTES;
    int lastLength = readAt(in, lengthsEnd - Integer.BYTES, Integer.BYTES).getInt();
    long lastPointer = readAt(in, pointersEnd - Long.BYTES, Long.BYTES).getLong();
    long lastDocument = readAt(in, documentsEnd - Long.BYTES, Long.BYTES).getLong();
    if (lastLength < 0
        || lastPointer < 0
        || lastPointer + (long) lastLength * type.bytes() != binBytes
        || lastDocument != numSequences) {
      throw corrupt(
          path,
          "ends with a sequence of " + lastLength + " tokens at byte " + lastPointer,
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
