package dev.kindling.data.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;

/** {@link WordPieceTokenizer} as Hugging Face writes BERT's tokenizer. */
final class WordPieceFormat {
  /** The model's type in the file. */
  static final String MODEL_TYPE = "WordPiece";

  private static final String NORMALIZER = "BertNormalizer";
  private static final String PRE_TOKENIZER = "BertPreTokenizer";
  private static final String TEMPLATE = "TemplateProcessing";
  private static final String BERT_PROCESSING = "BertProcessing";

  private WordPieceFormat() {}

  /** Reads the file, and refuses every setting that would give other ids than ours. */
  static WordPieceTokenizer read(JsonNode root) {
    JsonFields.type(
        JsonFields.object(root, "pre_tokenizer"), "pre_tokenizer", Set.of(PRE_TOKENIZER));
    JsonNode decoder = JsonFields.object(root, "decoder");
    JsonFields.type(decoder, "decoder", Set.of(MODEL_TYPE));
    JsonFields.requireFlag(decoder, "cleanup", true, true);
    requireText(decoder, "prefix", WordPieceTokenizer.PREFIX);
    if (!JsonFields.isNothing(root.path("post_processor"))) {
      // It adds special tokens, which whoever assembles samples does here.
      JsonFields.type(
          JsonFields.object(root, "post_processor"),
          "post_processor",
          Set.of(TEMPLATE, BERT_PROCESSING));
    }
    JsonNode model = JsonFields.object(root, "model");
    requireText(model, "unk_token", WordPieceTokenizer.UNKNOWN);
    requireText(model, "continuing_subword_prefix", WordPieceTokenizer.PREFIX);
    JsonNode maxLength = model.path("max_input_chars_per_word");
    if (!maxLength.isIntegralNumber()
        || maxLength.longValue() != WordPieceTokenizer.MAX_WORD_CODE_POINTS) {
      throw JsonFields.wrong(
          "max_input_chars_per_word",
          maxLength,
          String.valueOf(WordPieceTokenizer.MAX_WORD_CODE_POINTS));
    }
    return new WordPieceTokenizer(
        readNormalizer(JsonFields.object(root, "normalizer")), readVocabulary(root));
  }

  /** Fills the parts of the file that are this model's own. */
  static void write(WordPieceTokenizer tokenizer, ObjectNode root) {
    BertNormalizer normalizer = tokenizer.normalizer();
    root.putObject("normalizer")
        .put("type", NORMALIZER)
        .put("clean_text", normalizer.cleanText())
        .put("handle_chinese_chars", normalizer.handleChineseChars())
        .put("strip_accents", normalizer.stripAccents())
        .put("lowercase", normalizer.lowercase());
    root.putObject("pre_tokenizer").put("type", PRE_TOKENIZER);
    writePostProcessor(tokenizer, root);
    root.putObject("decoder")
        .put("type", MODEL_TYPE)
        .put("prefix", WordPieceTokenizer.PREFIX)
        .put("cleanup", true);
    ObjectNode model = root.putObject("model").put("type", MODEL_TYPE);
    model.put("unk_token", WordPieceTokenizer.UNKNOWN);
    model.put("continuing_subword_prefix", WordPieceTokenizer.PREFIX);
    model.put("max_input_chars_per_word", WordPieceTokenizer.MAX_WORD_CODE_POINTS);
    Vocabulary.writeIds(model.putObject("vocab"), tokenizer.vocabSize(), tokenizer::contentOf);
  }

  private static BertNormalizer readNormalizer(JsonNode normalizer) {
    JsonFields.type(normalizer, "normalizer", Set.of(NORMALIZER));
    boolean lowercase = flag(normalizer, "lowercase", true);
    return new BertNormalizer(
        flag(normalizer, "clean_text", true),
        flag(normalizer, "handle_chinese_chars", true),
        flag(normalizer, "strip_accents", lowercase),
        lowercase);
  }

  private static Vocabulary readVocabulary(JsonNode root) {
    Vocabulary vocabulary = Vocabulary.read(root);
    for (String required : Set.of(WordPieceTokenizer.UNKNOWN, WordPieceTokenizer.SEPARATOR)) {
      if (!vocabulary.specialTokens().containsValue(required)) {
        throw JsonFields.wrong(
            "added_tokens lack " + required, "the special tokens that BERT's vocabulary has");
      }
    }
    for (String piece : vocabulary.ids().keySet()) {
      boolean wellFormed =
          piece.codePoints().allMatch(c -> Character.getType(c) != Character.SURROGATE);
      if (piece.isEmpty() || !wellFormed) {
        throw JsonFields.wrong("token '" + piece + "'", "tokens of whole characters");
      }
    }
    return vocabulary;
  }

  private static void writePostProcessor(WordPieceTokenizer tokenizer, ObjectNode root) {
    Map<Integer, String> specialTokens = tokenizer.specialTokens();
    if (!specialTokens.containsValue(WordPieceTokenizer.CLASSIFICATION)) {
      root.putNull("post_processor");
      return;
    }
    ObjectNode processor = root.putObject("post_processor").put("type", TEMPLATE);
    ArrayNode single = processor.putArray("single");
    ArrayNode pair = processor.putArray("pair");
    for (ArrayNode template : new ArrayNode[] {single, pair}) {
      addPart(template, "SpecialToken", WordPieceTokenizer.CLASSIFICATION, 0);
      addPart(template, "Sequence", "A", 0);
      addPart(template, "SpecialToken", WordPieceTokenizer.SEPARATOR, 0);
    }
    addPart(pair, "Sequence", "B", 1);
    addPart(pair, "SpecialToken", WordPieceTokenizer.SEPARATOR, 1);
    ObjectNode used = processor.putObject("special_tokens");
    specialTokens.forEach(
        (id, content) -> {
          if (content.equals(WordPieceTokenizer.CLASSIFICATION)
              || content.equals(WordPieceTokenizer.SEPARATOR)) {
            ObjectNode token = used.putObject(content).put("id", content);
            token.putArray("ids").add(id);
            token.putArray("tokens").add(content);
          }
        });
  }

  private static void addPart(ArrayNode template, String kind, String id, int typeId) {
    template.addObject().putObject(kind).put("id", id).put("type_id", typeId);
  }

  private static boolean flag(JsonNode parent, String name, boolean whenMissing) {
    JsonNode value = parent.path(name);
    if (JsonFields.isNothing(value)) {
      return whenMissing;
    }
    if (!value.isBoolean()) {
      throw JsonFields.wrong(name, value, "true or false");
    }
    return value.booleanValue();
  }

  private static void requireText(JsonNode parent, String name, String known) {
    if (!JsonFields.text(parent, name).equals(known)) {
      throw JsonFields.wrong(name, parent.path(name), "\"" + known + "\"");
    }
  }
}
