package dev.kindling.data.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * The ids of a {@code tokenizer.json}: those of the model's {@code vocab} and those of its {@code
 * added_tokens}, which together are 0 to {@code size - 1}.
 *
 * @param size the number of ids
 * @param ids the model's entries that are not special tokens
 * @param specialTokens the content of special tokens by id
 */
record Vocabulary(int size, Map<String, Integer> ids, SortedMap<Integer, String> specialTokens) {

  /** Reads and checks both places, where {@code vocab} gives each token its id. */
  static Vocabulary read(JsonNode root) {
    JsonNode vocab = JsonFields.object(JsonFields.object(root, "model"), "vocab");
    Map<String, Integer> entries = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
      int id = JsonFields.id(entry.getValue(), "the id of '" + entry.getKey() + "'");
      entries.put(entry.getKey(), id);
    }
    return of(root, entries);
  }

  /** Checks both places, given the tokens and ids of {@code vocab}. */
  static Vocabulary of(JsonNode root, Map<String, Integer> entries) {
    SortedMap<Integer, String> specialTokens = new TreeMap<>();
    Map<String, Integer> specialIds = new HashMap<>();
    for (JsonNode token : JsonFields.arrayOrNothing(root, "added_tokens")) {
      String content = JsonFields.text(token, "content");
      int id = JsonFields.id(token.path("id"), "added_tokens.id");
      if (!token.path("special").asBoolean(false)) {
        throw JsonFields.wrong(
            "added token " + content + " is not special", "only special added tokens");
      }
      if (content.isEmpty()
          || specialTokens.put(id, content) != null
          || specialIds.put(content, id) != null) {
        throw JsonFields.wrong(
            "added token '" + content + "' with id " + id,
            "added tokens with content, each content and each id once");
      }
    }
    Map<String, Integer> ids = new HashMap<>();
    Map<Integer, String> contentOf = new HashMap<>(specialTokens);
    for (Map.Entry<String, Integer> entry : entries.entrySet()) {
      int id = entry.getValue();
      Integer specialId = specialIds.get(entry.getKey());
      boolean taken = specialId == null && contentOf.put(id, entry.getKey()) != null;
      if (taken || (specialId != null && specialId != id)) {
        throw JsonFields.wrong(
            "'" + entry.getKey() + "' has id " + id + ", as another token has",
            "each token with one id of its own");
      }
      if (specialId == null) {
        ids.put(entry.getKey(), id);
      }
    }
    int size = contentOf.size();
    for (int id : contentOf.keySet()) {
      if (id >= size) {
        throw JsonFields.wrong(
            "id " + id + " in a vocabulary of " + size + " tokens",
            "ids from 0 to " + (size - 1) + " without a gap");
      }
    }
    return new Vocabulary(size, ids, specialTokens);
  }

  /** Writes special tokens as {@code added_tokens}. */
  static void writeSpecialTokens(ArrayNode addedTokens, SortedMap<Integer, String> specialTokens) {
    specialTokens.forEach(
        (id, content) ->
            addedTokens
                .addObject()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true));
  }

  /** Writes all ids, special ones too, in ascending order. */
  static void writeIds(ObjectNode vocab, int size, IntFunction<String> contentOf) {
    for (int id = 0; id < size; id++) {
      vocab.put(contentOf.apply(id), id);
    }
  }
}
