package dev.kindling.data.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a shard as Megatron-LM's {@code IndexedDataset} does, by the layout rules alone and without
 * the code that writes or reads it here: sequences by their pointers, documents by the document
 * index.
 */
final class MegatronReader {
  private MegatronReader() {}

  /** The ids of each document, whose sequences are put together. */
  static List<int[]> documents(Path bin) throws IOException {
    String name = bin.getFileName().toString();
    ByteBuffer idx = littleEndian(bin.resolveSibling(name.replaceAll("bin$", "idx")));
    ByteBuffer tokens = littleEndian(bin);
    byte[] magic = new byte[9];
    idx.get(magic);
    if (!new String(magic, StandardCharsets.ISO_8859_1).equals("MMIDIDX\0\0")
        || idx.getLong() != 1) {
      throw new IOException(bin + " has no index of version 1");
    }
    int width =
        switch (idx.get()) {
          case 8 -> 2;
          case 4 -> 4;
          default -> throw new IOException(bin + " has a type that is neither uint16 nor int32");
        };
    int numSequences = Math.toIntExact(idx.getLong());
    int numEntries = Math.toIntExact(idx.getLong());
    int[] lengths = new int[numSequences];
    for (int i = 0; i < numSequences; i++) {
      lengths[i] = idx.getInt();
    }
    long[] pointers = new long[numSequences];
    for (int i = 0; i < numSequences; i++) {
      pointers[i] = idx.getLong();
    }
    List<int[]> documents = new ArrayList<>();
    long first = idx.getLong();
    for (int entry = 1; entry < numEntries; entry++) {
      long end = idx.getLong();
      List<Integer> ids = new ArrayList<>();
      for (int sequence = (int) first; sequence < end; sequence++) {
        for (int i = 0; i < lengths[sequence]; i++) {
          int at = Math.toIntExact(pointers[sequence] + (long) i * width);
          ids.add(width == 2 ? Short.toUnsignedInt(tokens.getShort(at)) : tokens.getInt(at));
        }
      }
      documents.add(ids.stream().mapToInt(Integer::intValue).toArray());
      first = end;
    }
    if (idx.hasRemaining() || first != numSequences) {
      throw new IOException(bin + " has an index that goes on, or ends before its sequences do");
    }
    return documents;
  }

  private static ByteBuffer littleEndian(Path file) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
  }
}
