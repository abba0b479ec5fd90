package dev.kindling.data.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;

/** {@link ByteLevelBpe} as Hugging Face's model {@code BPE} between two {@code ByteLevel} parts. */
final class ByteLevelBpeFormat {
  /** The model's type in the file. */
  static final String MODEL_TYPE = "BPE";

  private static final String BYTE_LEVEL = "ByteLevel";

  private ByteLevelBpeFormat() {}

  /** Reads the file, and refuses every setting that would give other ids than ours. */
  static ByteLevelBpe read(JsonNode root) {
    checkWordsAndBytes(root);
    JsonNode model = JsonFields.object(root, "model");
    JsonFields.requireNothing(model, "dropout");
    JsonFields.requireNothing(model, "unk_token");
    JsonFields.requireNothingOrEmpty(model, "continuing_subword_prefix");
    JsonFields.requireNothingOrEmpty(model, "end_of_word_suffix");
    JsonFields.requireFlag(model, "byte_fallback", false, false);
    JsonFields.requireFlag(model, "ignore_merges", false, false);

    Vocabulary vocabulary = Vocabulary.read(root);
    byte[][] tokens = new byte[vocabulary.size()][];
    vocabulary
        .ids()
        .forEach(
            (content, id) -> {
              byte[] bytes = ByteAlphabet.toBytes(content);
              if (bytes == null || bytes.length == 0) {
                throw JsonFields.wrong(
                    "token '" + content + "' with id " + id,
                    "tokens of the 256 characters that GPT-2 writes bytes with");
              }
              tokens[id] = bytes;
            });
    requireEveryByte(vocabulary.ids());
    Merges merges = readMerges(JsonFields.arrayOrNothing(model, "merges"), vocabulary.ids());
    return new ByteLevelBpe(tokens, merges, vocabulary.specialTokens());
  }

  /** Fills the parts of the file that are this model's own. */
  static void write(ByteLevelBpe tokenizer, ObjectNode root) {
    root.putNull("normalizer");
    root.putObject("pre_tokenizer")
        .put("type", BYTE_LEVEL)
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", true);
    root.putNull("post_processor");
    root.putObject("decoder")
        .put("type", BYTE_LEVEL)
        .put("add_prefix_space", true)
        .put("trim_offsets", true)
        .put("use_regex", true);
    ObjectNode model = root.putObject("model");
    model.put("type", MODEL_TYPE).putNull("dropout").putNull("unk_token");
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
    byte[][] tokens = tokenizer.tokens();
    Vocabulary.writeIds(
        model.putObject("vocab"),
        tokenizer.vocabSize(),
        id ->
            tokens[id] == null
                ? tokenizer.specialTokens().get(id)
                : ByteAlphabet.toText(tokens[id]));
    ArrayNode list = model.putArray("merges");
    Merges merges = tokenizer.merges();
    for (int rank = 0; rank < merges.size(); rank++) {
      list.add(
          ByteAlphabet.toText(tokens[merges.left(rank)])
              + " "
              + ByteAlphabet.toText(tokens[merges.right(rank)]));
    }
  }

  private static void checkWordsAndBytes(JsonNode root) {
    JsonNode preTokenizer = JsonFields.object(root, "pre_tokenizer");
    JsonFields.type(preTokenizer, "pre_tokenizer", Set.of(BYTE_LEVEL));
    JsonFields.requireFlag(preTokenizer, "add_prefix_space", false, true);
    JsonFields.requireFlag(preTokenizer, "use_regex", true, true);
    JsonFields.type(JsonFields.object(root, "decoder"), "decoder", Set.of(BYTE_LEVEL));
    JsonNode postProcessor = root.path("post_processor");
    if (!JsonFields.isNothing(postProcessor)) {
      // This one only moves offsets, as in GPT-2's own file.
      JsonFields.type(postProcessor, "post_processor", Set.of(BYTE_LEVEL));
    }
  }

  private static void requireEveryByte(Map<String, Integer> ids) {
    for (byte value : ByteAlphabet.inIdOrder()) {
      String content = ByteAlphabet.toText(new byte[] {value});
      if (!ids.containsKey(content)) {
        throw JsonFields.wrong(
            "there is no token '" + content + "' for byte " + Byte.toUnsignedInt(value),
            "a token for each of the 256 bytes, so that every text can be encoded");
      }
    }
  }

  private static Merges readMerges(JsonNode list, Map<String, Integer> ids) {
    int[] left = new int[list.size()];
    int[] right = new int[list.size()];
    int[] result = new int[list.size()];
    for (int rank = 0; rank < list.size(); rank++) {
      String[] pair = readPair(list.get(rank));
      left[rank] = idOf(pair[0], ids, rank);
      right[rank] = idOf(pair[1], ids, rank);
      result[rank] = idOf(pair[0] + pair[1], ids, rank);
    }
    return new Merges(left, right, result);
  }

  /** A pair is one string with a space in older files, and a list of two in newer ones. */
  private static String[] readPair(JsonNode merge) {
    if (merge.isTextual()) {
      String[] pair = merge.textValue().split(" ", -1);
      if (pair.length == 2) {
        return pair;
      }
    } else if (merge.isArray()
        && merge.size() == 2
        && merge.get(0).isTextual()
        && merge.get(1).isTextual()) {
      return new String[] {merge.get(0).textValue(), merge.get(1).textValue()};
    }
    throw JsonFields.wrong("merge", merge, "two tokens");
  }

  private static int idOf(String token, Map<String, Integer> ids, int rank) {
    Integer id = ids.get(token);
    if (id == null) {
      throw JsonFields.wrong(
          "merge " + rank + " has '" + token + "', which is not in the vocabulary",
          "merges of tokens to a token");
    }
    return id;
  }
}
