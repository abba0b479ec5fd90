package dev.kindling.spark.ngram;

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
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;

/**
 * Small token shards of given documents. Where there is an end-of-text token it is 0, and the
 * others are the letters from a on; elsewhere 0 is the letter a.
 *
 * @param vocabSize V
 * @param endOfText whether 0 ends every document
 * @param train documents, the last token of each being 0 where there is an end-of-text token
 * @param validation documents
 */
public record Corpus(int vocabSize, boolean endOfText, List<int[]> train, List<int[]> validation) {
  /** Documents whose tokens depend on those before them, of 0 to 29 tokens and the end. */
  public static Corpus random(int vocabSize, boolean endOfText, int numDocuments) {
    Random random = new Random(vocabSize + numDocuments);
    List<int[]> documents = new ArrayList<>();
    for (int i = 0; i < numDocuments; i++) {
      int length = random.nextInt(30) + (endOfText ? 1 : 0);
      int[] document = new int[length];
      int first = endOfText ? 1 : 0;
      for (int t = 0; t < length; t++) {
        int last = t == 0 ? 0 : document[t - 1];
        document[t] =
            random.nextInt(3) == 0
                ? first + (last * 7 + 3) % (vocabSize - first)
                : first + (int) ((vocabSize - first) * Math.pow(random.nextDouble(), 2));
      }
      if (endOfText) {
        document[length - 1] = 0;
      }
      documents.add(document);
    }
    int cut = numDocuments * 9 / 10;
    return new Corpus(
        vocabSize, endOfText, documents.subList(0, cut), documents.subList(cut, numDocuments));
  }

  OptionalInt endOfTextId() {
    return endOfText ? OptionalInt.of(0) : OptionalInt.empty();
  }

  /** All sequences of up to so many tokens. */
  List<List<Integer>> contexts(int longest) {
    List<List<Integer>> all = new ArrayList<>(List.of(List.of()));
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).size() < longest) {
        for (int token = 0; token < vocabSize; token++) {
          List<Integer> longer = new ArrayList<>(all.get(i));
          longer.add(token);
          all.add(longer);
        }
      }
    }
    return all;
  }

  /** The text of tokens that are letters. */
  String text(int... tokens) {
    StringBuilder text = new StringBuilder();
    for (int token : tokens) {
      text.append((char) ('a' + token - (endOfText ? 1 : 0)));
    }
    return text.toString();
  }

  /** Writes the directory, each split in two shards. */
  public org.apache.hadoop.fs.Path write(Path directory) throws IOException {
    return write(directory, Manifest.newDetails());
  }

  /** The same with more details in the manifest. */
  org.apache.hadoop.fs.Path write(Path directory, ObjectNode details) throws IOException {
    Files.createDirectories(directory);
    byte[] tokenizer = tokenizer();
    Files.write(directory.resolve("tokenizer.json"), tokenizer);
    details.put("vocabSize", vocabSize);
    details.put("tokenizerSha256", Checksums.sha256(tokenizer));
    if (endOfText) {
      details.put("endOfText", 0);
    } else {
      details.putNull("endOfText");
    }
    ObjectNode splits = details.putObject("splits");
    writeSplit(directory, "train", train, splits);
    writeSplit(directory, "validation", validation, splits);
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(directory.toUri());
    Configuration hadoop = new Configuration();
    Manifest.describe(hadoop, path, "tokens", "corpus", details).commit(hadoop, path);
    return path;
  }

  private void writeSplit(Path directory, String split, List<int[]> documents, ObjectNode splits)
      throws IOException {
    int cut = documents.size() / 2;
    writeShard(directory.resolve(split + "-00000"), documents.subList(0, cut));
    writeShard(directory.resolve(split + "-00001"), documents.subList(cut, documents.size()));
    long numTokens = documents.stream().mapToLong(document -> document.length).sum();
    splits
        .putObject(split)
        .put("tokens", numTokens)
        .put("documents", documents.size())
        .put("bytes", 2 * numTokens);
  }

  private static void writeShard(Path shard, List<int[]> documents) throws IOException {
    int[] tokens = documents.stream().flatMapToInt(Arrays::stream).toArray();
    ByteBuffer bin = ByteBuffer.allocate(tokens.length * 2).order(ByteOrder.LITTLE_ENDIAN);
    for (int token : tokens) {
      bin.putShort((short) token);
    }
    Files.write(Path.of(shard + ".bin"), bin.array());
    int size = documents.size();
    int numBytes = 34 + 4 * size + 8 * size + 8 * (size + 1);
    ByteBuffer idx = ByteBuffer.allocate(numBytes).order(ByteOrder.LITTLE_ENDIAN);
    idx.put("MMIDIDX\0\0".getBytes(StandardCharsets.US_ASCII)).putLong(1).put((byte) 8);
    idx.putLong(size).putLong(size + 1);
    documents.forEach(document -> idx.putInt(document.length));
    long position = 0;
    for (int[] document : documents) {
      idx.putLong(position);
      position += 2L * document.length;
    }
    for (long i = 0; i <= size; i++) {
      idx.putLong(i);
    }
    Files.write(Path.of(shard + ".idx"), idx.array());
  }

  private byte[] tokenizer() {
    StringBuilder vocabulary = new StringBuilder();
    for (int id = endOfText ? 1 : 0; id < vocabSize; id++) {
      vocabulary.append(vocabulary.isEmpty() ? "" : ", ");
      vocabulary.append('"').append(text(id)).append("\": ").append(id);
    }
    String special =
        """
        {"id": 0, "content": "<|endoftext|>", "single_word": false, "lstrip": false,
         "rstrip": false, "normalized": false, "special": true}
        """;
    String json =
        """
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [%s],
         "normalizer": null,
         "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "[\\\\s\\\\S]"},
                           "behavior": "Isolated", "invert": false},
         "post_processor": null, "decoder": {"type": "Fuse"},
         "model": {"type": "WordLevel", "vocab": {%s}, "unk_token": "<unk>"}}
        """
            .formatted(endOfText ? special : "", vocabulary);
    return json.getBytes(StandardCharsets.UTF_8);
  }
}
