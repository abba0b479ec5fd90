package dev.kindling.spark.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.manifest.Checksums;
import dev.kindling.data.manifest.Manifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;

/**
 * A small directory of token shards in Megatron's layout: ids that mostly count upwards, in
 * documents of 4 to 33 tokens. Id 0 is a full stop, the others are letters.
 */
public final class TinyTokens {
  public static final int VOCAB_SIZE = 11;
  public static final int NUM_TRAIN = 600;
  public static final int NUM_VALIDATION = 101;

  private static final int MIN_DOCUMENT = 4;
  private static final int NUM_DOCUMENT_LENGTHS = 30;

  private TinyTokens() {}

  /** Writes the directory. */
  public static org.apache.hadoop.fs.Path write(Path directory) throws IOException {
    return write(directory, 1);
  }

  /** Writes the directory with other text. */
  public static org.apache.hadoop.fs.Path write(Path directory, long seed) throws IOException {
    Files.createDirectories(directory);
    Random random = new Random(seed);
    int[] train = ids(random, NUM_TRAIN);
    int[] validation = ids(random, NUM_VALIDATION);
    byte[] tokenizer = tokenizer();
    Files.write(directory.resolve("tokenizer.json"), tokenizer);
    ObjectNode details = Manifest.newDetails();
    details.put("vocabSize", VOCAB_SIZE);
    details.put("tokenizerSha256", Checksums.sha256(tokenizer));
    details.putNull("endOfText");
    ObjectNode splits = details.putObject("splits");
    writeSplit(directory, "train", train, random, splits);
    writeSplit(directory, "validation", validation, random, splits);
    details.put("unigramLoss", 2.39);
    details.put("uniformLoss", Math.log(VOCAB_SIZE));
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(directory.toUri());
    Configuration hadoop = new Configuration();
    Manifest.describe(hadoop, path, "tokens", "tiny-" + seed, details).commit(hadoop, path);
    return path;
  }

  /** Says of a directory that was written that each of its documents is one sentence. */
  static void keepSentences(Path directory) throws IOException {
    Path manifest = directory.resolve("manifest.json");
    String changed =
        Files.readString(manifest).replace("\"vocabSize\"", "\"sentences\": true, \"vocabSize\"");
    Files.deleteIfExists(directory.resolve(".manifest.json.crc"));
    Files.writeString(manifest, changed);
  }

  /** One id per character: {@code .abcdefghij}. */
  private static byte[] tokenizer() {
    StringBuilder vocabulary = new StringBuilder("\".\": 0");
    for (int id = 1; id < VOCAB_SIZE; id++) {
      vocabulary.append(", \"").append((char) ('a' + id - 1)).append("\": ").append(id);
    }
    String json =
        """
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
         "normalizer": null,
         "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "[\\\\s\\\\S]"},
                           "behavior": "Isolated", "invert": false},
         "post_processor": null, "decoder": {"type": "Fuse"},
         "model": {"type": "WordLevel", "vocab": {%s}, "unk_token": "<unk>"}}
        """
            .formatted(vocabulary);
    return json.getBytes(StandardCharsets.UTF_8);
  }

  private static int[] ids(Random random, int count) {
    int[] ids = new int[count];
    for (int i = 1; i < count; i++) {
      ids[i] = random.nextInt(4) == 0 ? random.nextInt(VOCAB_SIZE) : (ids[i - 1] + 1) % VOCAB_SIZE;
    }
    return ids;
  }

  private static void writeSplit(
      Path directory, String split, int[] ids, Random random, ObjectNode splits)
      throws IOException {
    ByteBuffer bin = ByteBuffer.allocate(ids.length * 2).order(ByteOrder.LITTLE_ENDIAN);
    for (int id : ids) {
      bin.putShort((short) id);
    }
    Files.write(directory.resolve(split + "-00000.bin"), bin.array());
    List<Integer> lengths = documentLengths(random, ids.length);
    Files.write(directory.resolve(split + "-00000.idx"), index(lengths));
    splits.putObject(split).put("tokens", ids.length).put("documents", lengths.size());
  }

  private static List<Integer> documentLengths(Random random, int numTokens) {
    List<Integer> lengths = new ArrayList<>();
    for (int left = numTokens; left > 0; left -= lengths.get(lengths.size() - 1)) {
      lengths.add(Math.min(left, MIN_DOCUMENT + random.nextInt(NUM_DOCUMENT_LENGTHS)));
    }
    return lengths;
  }

  private static byte[] index(List<Integer> lengths) {
    int numDocuments = lengths.size();
    int numBytes = 34 + 4 * numDocuments + 8 * numDocuments + 8 * (numDocuments + 1);
    ByteBuffer idx = ByteBuffer.allocate(numBytes).order(ByteOrder.LITTLE_ENDIAN);
    idx.put("MMIDIDX\0\0".getBytes(StandardCharsets.US_ASCII)).putLong(1).put((byte) 8);
    idx.putLong(numDocuments).putLong(numDocuments + 1);
    lengths.forEach(idx::putInt);
    long pointer = 0;
    for (int length : lengths) {
      idx.putLong(pointer);
      pointer += 2L * length;
    }
    for (long document = 0; document <= numDocuments; document++) {
      idx.putLong(document);
    }
    return idx.array();
  }
}
