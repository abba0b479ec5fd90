package dev.kindling.data.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.InvalidInputException;
import java.util.Set;

/** Reads the fields of a {@code tokenizer.json} and says which one is wrong. */
final class JsonFields {
  private static final int MAX_QUOTED_CHARACTERS = 80;

  private JsonFields() {}

  /** A field that has to be an object. */
  static JsonNode object(JsonNode parent, String name) {
    JsonNode value = parent.path(name);
    if (!value.isObject()) {
      throw wrong(name, value, "an object");
    }
    return value;
  }

  /** A field that may be missing or null, and otherwise has to be an array. */
  static JsonNode arrayOrNothing(JsonNode parent, String name) {
    JsonNode value = parent.path(name);
    if (!value.isArray() && !isNothing(value)) {
      throw wrong(name, value, "an array");
    }
    return value;
  }

  /** A field that has to be a string. */
  static String text(JsonNode parent, String name) {
    JsonNode value = parent.path(name);
    if (!value.isTextual()) {
      throw wrong(name, value, "a string");
    }
    return value.textValue();
  }

  /** An id: an integer from 0. */
  static int id(JsonNode value, String name) {
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
      throw wrong(name, value, "an id: an integer from 0");
    }
    return value.intValue();
  }

  /** A field that changes how text is encoded, and for which only null is known. */
  static void requireNothing(JsonNode parent, String name) {
    JsonNode value = parent.path(name);
    if (!isNothing(value)) {
      throw wrong(name, value, "null, or no such field");
    }
  }

  /** As {@link #requireNothing}, where an empty string says the same. */
  static void requireNothingOrEmpty(JsonNode parent, String name) {
    JsonNode value = parent.path(name);
    if (!(value.isTextual() && value.textValue().isEmpty())) {
      requireNothing(parent, name);
    }
  }

  /** A flag that changes how text is encoded, and for which only one value is known. */
  static void requireFlag(JsonNode parent, String name, boolean known, boolean whenMissing) {
    JsonNode value = parent.path(name);
    boolean right =
        isNothing(value) ? whenMissing == known : value.isBoolean() && value.asBoolean() == known;
    if (!right) {
      throw wrong(name, value, String.valueOf(known));
    }
  }

  /** The {@code type} of a part, which has to be one of {@code known}. */
  static String type(JsonNode part, String name, Set<String> known) {
    JsonNode type = part.path("type");
    if (!type.isTextual() || !known.contains(type.textValue())) {
      throw wrong(name + ".type", type, String.join(" or ", known));
    }
    return type.textValue();
  }

  static boolean isNothing(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  /** The error for one field. */
  static InvalidInputException wrong(String name, JsonNode value, String expected) {
    String quoted = value.isMissingNode() ? "missing" : value.toString();
    if (quoted.length() > MAX_QUOTED_CHARACTERS) {
      quoted = quoted.substring(0, MAX_QUOTED_CHARACTERS) + "...";
    }
    return wrong(name + " is " + quoted, expected);
  }

  /** The error for what is not one field. */
  static InvalidInputException wrong(String given, String expected) {
    return new InvalidInputException(
        TokenizerFile.NAME + ": " + given,
        expected,
        "give a byte-level BPE such as GPT-2's, a WordPiece such as BERT's, a Unigram behind NFKC or a"
            + " vocabulary of characters, or learn one with `kindling tokenizer`");
  }
}
