package dev.kindling.model.ngram;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.model.io.WeightsFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What the {@code config.json} of an n-gram model says.
 *
 * @param vocabSize V
 * @param endOfText the token that ends a document, and that the next one begins behind
 * @param orders the n-grams of every order, from 1
 */
public record NgramShape(int vocabSize, OptionalInt endOfText, List<Order> orders) {
  /** The file's name. */
  public static final String NAME = "config.json";

  /** Far more than help: n-grams of such lengths are whole sentences. */
  public static final int MAX_ORDER = 64;

  private static final int SCHEMA_VERSION = 1;
  private static final String MODEL_TYPE = "kindling-ngram";
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /**
   * The n-grams of one order.
   *
   * @param counted different ones that the corpus has
   * @param kept those in the model, of order 1 all V
   * @param prune n-grams that occur at most so often are left out
   * @param discounts what was taken off their counts
   */
  public record Order(long counted, long kept, long prune, Discounts discounts) {}

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException naming what was given and what was expected
   */
  public NgramShape {
    orders = List.copyOf(orders);
    if (vocabSize < 1) {
      throw new IllegalArgumentException(
          "vocab_size is " + vocabSize + ": expected 1 or more tokens");
    }
    if (endOfText.isPresent() && (endOfText.getAsInt() < 0 || endOfText.getAsInt() >= vocabSize)) {
      throw new IllegalArgumentException(
          "eos_token_id is " + endOfText.getAsInt() + ": expected 0 to " + (vocabSize - 1));
    }
    if (orders.isEmpty() || orders.size() > MAX_ORDER) {
      throw new IllegalArgumentException(
          "there are n-grams of " + orders.size() + " orders: expected 1 to " + MAX_ORDER);
    }
    if (orders.get(0).kept() != vocabSize) {
      throw new IllegalArgumentException(
          "there are "
              + orders.get(0).kept()
              + " unigrams: expected the "
              + vocabSize
              + " of the vocabulary");
    }
  }

  /** N, the length of the longest n-grams. */
  public int order() {
    return orders.size();
  }

  /** N-grams of all orders. */
  public long numNgrams() {
    return orders.stream().mapToLong(Order::kept).sum();
  }

  /** The file's content; equal shapes give equal bytes. */
  public byte[] toJson() {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("model_type", MODEL_TYPE).put("schema_version", SCHEMA_VERSION);
    json.put("order", order()).put("vocab_size", vocabSize);
    if (endOfText.isPresent()) {
      json.put("eos_token_id", endOfText.getAsInt());
    }
    ArrayNode list = json.putArray("orders");
    for (Order order : orders) {
      Discounts discounts = order.discounts();
      list.addObject()
          .put("counted", order.counted())
          .put("ngrams", order.kept())
          .put("prune", order.prune())
          .put("discounts_estimated", discounts.isEstimated())
          .putArray("discounts")
          .add(discounts.one())
          .add(discounts.two())
          .add(discounts.threeOrMore());
    }
    try {
      return (MAPPER.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
  }

  /**
   * Reads the file's content.
   *
   * @param source the file's name, for error messages
   * @throws WeightsFormatException if it is not that of an n-gram model that this version knows
   */
  public static NgramShape parse(String source, byte[] bytes) {
    try {
      JsonNode json = MAPPER.readTree(bytes);
      String modelType = text(json, "model_type");
      if (!modelType.equals(MODEL_TYPE)) {
        throw new IllegalArgumentException("model_type is " + modelType);
      }
      long version = number(json, "schema_version");
      if (version != SCHEMA_VERSION) {
        throw new IllegalArgumentException("schema_version is " + version);
      }
      List<Order> orders = new ArrayList<>();
      for (JsonNode order : json.path("orders")) {
        orders.add(order(order));
      }
      if (number(json, "order") != orders.size()) {
        throw new IllegalArgumentException(
            "order is " + json.path("order") + ", and there are n-grams of " + orders.size());
      }
      OptionalInt endOfText =
          json.has("eos_token_id")
              ? OptionalInt.of(Math.toIntExact(number(json, "eos_token_id")))
              : OptionalInt.empty();
      return new NgramShape(Math.toIntExact(number(json, "vocab_size")), endOfText, orders);
    } catch (IOException | IllegalArgumentException | ArithmeticException e) {
      throw new WeightsFormatException(
          source
              + " describes no n-gram model: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          "model_type " + MODEL_TYPE + " with schema_version " + SCHEMA_VERSION,
          "restore the file, or run `kindling ngram` again in a new directory",
          e);
    }
  }

  private static Order order(JsonNode json) {
    JsonNode discounts = json.path("discounts");
    for (int i = 0; i < 3; i++) {
      if (!discounts.path(i).isNumber()) {
        throw new IllegalArgumentException("discounts are " + discounts + ", not three numbers");
      }
    }
    return new Order(
        number(json, "counted"),
        number(json, "ngrams"),
        number(json, "prune"),
        new Discounts(
            discounts.path(0).doubleValue(),
            discounts.path(1).doubleValue(),
            discounts.path(2).doubleValue(),
            json.path("discounts_estimated").asBoolean()));
  }

  private static long number(JsonNode json, String key) {
    JsonNode value = json.path(key);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
      throw new IllegalArgumentException(
          key + (value.isMissingNode() ? " is missing" : " is " + value + ", not a count"));
    }
    return value.longValue();
  }

  private static String text(JsonNode json, String key) {
    JsonNode value = json.path(key);
    if (!value.isTextual()) {
      throw new IllegalArgumentException(key + " is missing");
    }
    return value.textValue();
  }
}
