package dev.kindling.data.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/**
 * {@link CharacterTokenizer} as Hugging Face's model {@code WordLevel} over words of one character:
 * its {@code Split} cuts before and after every code point, its {@code Fuse} joins without a space.
 */
final class CharacterFormat {
  /** The model's type in the file. */
  static final String MODEL_TYPE = "WordLevel";

  private static final String SPLIT = "Split";
  private static final String ANY_CODE_POINT = "[\\s\\S]";
  private static final String ISOLATED = "Isolated";
  private static final String FUSE = "Fuse";

  private CharacterFormat() {}

  /** Reads the file, and refuses every setting that would give other ids than ours. */
  static CharacterTokenizer read(JsonNode root) {
    JsonNode split = JsonFields.object(root, "pre_tokenizer");
    JsonFields.type(split, "pre_tokenizer", Set.of(SPLIT));
    requireText(JsonFields.object(split, "pattern"), "Regex", ANY_CODE_POINT);
    requireText(split, "behavior", ISOLATED);
    JsonFields.requireFlag(split, "invert", false, false);
    JsonFields.type(JsonFields.object(root, "decoder"), "decoder", Set.of(FUSE));
    JsonFields.requireNothing(root, "post_processor");
    JsonNode model = JsonFields.object(root, "model");
    requireText(model, "unk_token", CharacterTokenizer.UNKNOWN);

    Vocabulary vocabulary = Vocabulary.read(root);
    int[] codePointOf = new int[vocabulary.size()];
    Arrays.fill(codePointOf, -1);
    int unknownId = -1;
    for (Map.Entry<String, Integer> entry : vocabulary.ids().entrySet()) {
      String content = entry.getKey();
      if (content.equals(CharacterTokenizer.UNKNOWN)) {
        unknownId = entry.getValue();
      } else if (isOneCharacter(content)) {
        codePointOf[entry.getValue()] = content.codePointAt(0);
      } else {
        throw JsonFields.wrong("token '" + content + "'", "tokens of one character each");
      }
    }
    return new CharacterTokenizer(codePointOf, unknownId, vocabulary.specialTokens());
  }

  /** Fills the parts of the file that are this model's own. */
  static void write(CharacterTokenizer tokenizer, ObjectNode root) {
    root.putNull("normalizer");
    ObjectNode split = root.putObject("pre_tokenizer").put("type", SPLIT);
    split.putObject("pattern").put("Regex", ANY_CODE_POINT);
    split.put("behavior", ISOLATED).put("invert", false);
    root.putNull("post_processor");
    root.putObject("decoder").put("type", FUSE);
    ObjectNode model = root.putObject("model").put("type", MODEL_TYPE);
    Vocabulary.writeIds(
        model.putObject("vocab"), tokenizer.vocabSize(), id -> contentOf(tokenizer, id));
    model.put("unk_token", CharacterTokenizer.UNKNOWN);
  }

  private static String contentOf(CharacterTokenizer tokenizer, int id) {
    int codePoint = tokenizer.codePoints()[id];
    if (codePoint >= 0) {
      return Character.toString(codePoint);
    }
    return tokenizer.specialTokens().getOrDefault(id, CharacterTokenizer.UNKNOWN);
  }

  private static boolean isOneCharacter(String content) {
    return content.codePointCount(0, content.length()) == 1
        && Character.getType(content.codePointAt(0)) != Character.SURROGATE;
  }

  private static void requireText(JsonNode parent, String name, String known) {
    if (!JsonFields.text(parent, name).equals(known)) {
      throw JsonFields.wrong(name, parent.path(name), "\"" + known + "\"");
    }
  }
}
