package dev.kindling.data.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.tokenizer.unigram.MetaspaceText;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * {@link UnigramTokenizer} as Hugging Face's model {@code Unigram} behind the normalizers {@code
 * NFKC} and {@code Replace} of runs of spaces, between two {@code Metaspace} parts. Its {@code
 * TemplateProcessing} ends a text with the end-of-sequence token where special tokens are asked
 * for.
 */
final class UnigramFormat {
  /** The model's type in the file. */
  static final String MODEL_TYPE = "Unigram";

  private static final String SEQUENCE = "Sequence";
  private static final String NFKC = "NFKC";
  private static final String REPLACE = "Replace";
  private static final String SPACES = " {2,}";
  private static final String METASPACE = "Metaspace";
  private static final String SPACE = String.valueOf(MetaspaceText.SPACE);
  private static final String ALWAYS = "always";
  private static final String TEMPLATE = "TemplateProcessing";

  private UnigramFormat() {}

  /** Reads the file, and refuses every setting that would give other ids than ours. */
  static UnigramTokenizer read(JsonNode root) {
    checkNormalizer(JsonFields.object(root, "normalizer"));
    checkMetaspace(JsonFields.object(root, "pre_tokenizer"), "pre_tokenizer");
    checkMetaspace(JsonFields.object(root, "decoder"), "decoder");
    JsonNode postProcessor = root.path("post_processor");
    if (!JsonFields.isNothing(postProcessor)) {
      // It only adds special tokens, which encoding leaves out.
      JsonFields.type(postProcessor, "post_processor", Set.of(TEMPLATE));
    }
    JsonNode model = JsonFields.object(root, "model");
    JsonFields.requireFlag(model, "byte_fallback", false, false);
    JsonNode list = JsonFields.arrayOrNothing(model, "vocab");
    Vocabulary vocabulary = Vocabulary.of(root, readContents(list));
    int unknownId = JsonFields.id(model.path("unk_id"), "unk_id");
    if (unknownId >= list.size()) {
      throw JsonFields.wrong(
          "unk_id is " + unknownId + " in a vocab of " + list.size(), "the id of a token in vocab");
    }
    String[] contents = new String[vocabulary.size()];
    double[] scores = new double[vocabulary.size()];
    vocabulary.ids().forEach((content, id) -> contents[id] = content);
    vocabulary.specialTokens().forEach((id, content) -> contents[id] = content);
    for (int id = 0; id < list.size(); id++) {
      scores[id] = readScore(list.get(id).get(1), contents[id]);
    }
    return new UnigramTokenizer(contents, scores, unknownId, vocabulary.specialTokens());
  }

  /** Fills the parts of the file that are this model's own. */
  static void write(UnigramTokenizer tokenizer, ObjectNode root) {
    ObjectNode normalizer = root.putObject("normalizer").put("type", SEQUENCE);
    ArrayNode normalizers = normalizer.putArray("normalizers");
    normalizers.addObject().put("type", NFKC);
    ObjectNode replace = normalizers.addObject().put("type", REPLACE);
    replace.putObject("pattern").put("Regex", SPACES);
    replace.put("content", " ");
    writeMetaspace(root.putObject("pre_tokenizer"));
    if (tokenizer.endOfTextId().isPresent()) {
      writeTemplate(root.putObject("post_processor"), tokenizer.endOfTextId().getAsInt());
    } else {
      root.putNull("post_processor");
    }
    writeMetaspace(root.putObject("decoder"));
    ObjectNode model = root.putObject("model").put("type", MODEL_TYPE);
    model.put("unk_id", tokenizer.unknownId());
    ArrayNode vocab = model.putArray("vocab");
    for (int id = 0; id < tokenizer.vocabSize(); id++) {
      vocab.addArray().add(tokenizer.contents()[id]).add(tokenizer.scores()[id]);
    }
    model.put("byte_fallback", false);
  }

  private static void checkNormalizer(JsonNode normalizer) {
    JsonFields.type(normalizer, "normalizer", Set.of(SEQUENCE));
    JsonNode parts = JsonFields.arrayOrNothing(normalizer, "normalizers");
    boolean known = parts.size() == 2 && parts.get(0).path("type").asText().equals(NFKC);
    JsonNode replace = parts.path(1);
    if (!known
        || !replace.path("type").asText().equals(REPLACE)
        || !replace.path("pattern").path("Regex").asText().equals(SPACES)
        || !replace.path("content").asText().equals(" ")) {
      throw JsonFields.wrong(
          "normalizer.normalizers",
          normalizer.path("normalizers"),
          NFKC + ", then " + REPLACE + " of the regular expression '" + SPACES + "' by a space");
    }
  }

  private static void checkMetaspace(JsonNode part, String name) {
    JsonFields.type(part, name, Set.of(METASPACE));
    if (!JsonFields.text(part, "replacement").equals(SPACE)) {
      throw JsonFields.wrong(name + ".replacement", part.path("replacement"), SPACE);
    }
    JsonNode scheme = part.path("prepend_scheme");
    if (!scheme.isMissingNode() && !scheme.asText().equals(ALWAYS)) {
      throw JsonFields.wrong(name + ".prepend_scheme", scheme, ALWAYS);
    }
    JsonFields.requireFlag(part, "add_prefix_space", true, true);
    JsonFields.requireFlag(part, "split", true, true);
  }

  private static Map<String, Integer> readContents(JsonNode list) {
    Map<String, Integer> contents = new LinkedHashMap<>();
    for (int id = 0; id < list.size(); id++) {
      JsonNode entry = list.get(id);
      if (entry.size() != 2 || !entry.path(0).isTextual() || !entry.path(1).isNumber()) {
        throw JsonFields.wrong("vocab[" + id + "]", entry, "a token and its score");
      }
      String content = entry.get(0).textValue();
      if (content.isEmpty() || !isWellFormed(content) || contents.put(content, id) != null) {
        throw JsonFields.wrong(
            "vocab[" + id + "] is '" + content + "'",
            "tokens of at least one character and no half of one, each of them once");
      }
    }
    return contents;
  }

  private static boolean isWellFormed(String content) {
    return content
        .codePoints()
        .noneMatch(codePoint -> Character.getType(codePoint) == Character.SURROGATE);
  }

  private static double readScore(JsonNode value, String content) {
    double score = value.doubleValue();
    if (!(score <= 0 && score > Double.NEGATIVE_INFINITY)) {
      throw JsonFields.wrong(
          "the score of '" + content + "'", value, "a log-probability: a finite number up to 0");
    }
    return score;
  }

  private static void writeMetaspace(ObjectNode part) {
    part.put("type", METASPACE).put("replacement", SPACE);
    part.put("prepend_scheme", ALWAYS).put("split", true);
  }

  private static void writeTemplate(ObjectNode template, int endId) {
    String end = UnigramTokenizer.END_OF_SEQUENCE;
    template.put("type", TEMPLATE);
    writePieces(template.putArray("single"), "A", 0, end);
    ArrayNode pair = template.putArray("pair");
    writePieces(pair, "A", 0, end);
    writePieces(pair, "B", 0, end);
    ObjectNode token = template.putObject("special_tokens").putObject(end).put("id", end);
    token.putArray("ids").add(endId);
    token.putArray("tokens").add(end);
  }

  private static void writePieces(ArrayNode pieces, String sequence, int typeId, String end) {
    pieces.addObject().putObject("Sequence").put("id", sequence).put("type_id", typeId);
    pieces.addObject().putObject("SpecialToken").put("id", end).put("type_id", typeId);
  }
}
