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
import java.util.Random;
import org.apache.hadoop.conf.Configuration;

/** A small directory of token shards in Megatron's layout: ids that mostly count upwards. */
public final class TinyTokens {
  public static final int VOCAB_SIZE = 11;
  public static final int NUM_TRAIN = 600;
  public static final int NUM_VALIDATION = 101;

  private TinyTokens() {}

  /** Writes the directory. */
  public static org.apache.hadoop.fs.Path write(Path directory) throws IOException {
    return write(directory, 1);
  }

  /** Writes the directory with other text. */
  public static org.apache.hadoop.fs.Path write(Path directory, long seed) throws IOException {
    Files.createDirectories(directory);
    Random random = new Random(seed);
    writeSplit(directory, "train", ids(random, NUM_TRAIN));
    writeSplit(directory, "validation", ids(random, NUM_VALIDATION));
    byte[] tokenizer = "{\"version\":\"1.0\"}\n".getBytes(StandardCharsets.UTF_8);
    Files.write(directory.resolve("tokenizer.json"), tokenizer);
    ObjectNode details = Manifest.newDetails();
    details.put("vocabSize", VOCAB_SIZE);
    details.put("tokenizerSha256", Checksums.sha256(tokenizer));
    details.putNull("endOfText");
    ObjectNode splits = details.putObject("splits");
    splits.putObject("train").put("tokens", NUM_TRAIN);
    splits.putObject("validation").put("tokens", NUM_VALIDATION);
    details.put("unigramLoss", 2.39);
    details.put("uniformLoss", Math.log(VOCAB_SIZE));
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(directory.toUri());
    Configuration hadoop = new Configuration();
    Manifest.describe(hadoop, path, "tokens", "tiny-" + seed, details).commit(hadoop, path);
    return path;
  }

  private static int[] ids(Random random, int count) {
    int[] ids = new int[count];
    for (int i = 1; i < count; i++) {
      ids[i] = random.nextInt(4) == 0 ? random.nextInt(VOCAB_SIZE) : (ids[i - 1] + 1) % VOCAB_SIZE;
    }
    return ids;
  }

  private static void writeSplit(Path directory, String split, int[] ids) throws IOException {
    ByteBuffer bin = ByteBuffer.allocate(ids.length * 2).order(ByteOrder.LITTLE_ENDIAN);
    for (int id : ids) {
      bin.putShort((short) id);
    }
    Files.write(directory.resolve(split + "-00000.bin"), bin.array());
    ByteBuffer idx = ByteBuffer.allocate(34 + 4 + 8 + 16).order(ByteOrder.LITTLE_ENDIAN);
    idx.put("MMIDIDX\0\0".getBytes(StandardCharsets.US_ASCII)).putLong(1).put((byte) 8);
    idx.putLong(1).putLong(2).putInt(ids.length).putLong(0).putLong(0).putLong(1);
    Files.write(directory.resolve(split + "-00000.idx"), idx.array());
  }
}
