package dev.kindling.spark.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An n-gram model in words, from the details of a manifest of kind {@code ngram}. */
public final class NgramWords {
  private NgramWords() {}

  /** What it holds, order by order, and how well it predicts. */
  public static String of(JsonNode details) {
    List<String> lines = new ArrayList<>();
    for (JsonNode order : details.path("orders")) {
      lines.add("order " + (lines.size() + 1) + ": " + order(order));
    }
    lines.add(validation(details.path("validation")));
    return String.join("\n", lines);
  }

  private static String order(JsonNode order) {
    JsonNode discounts = order.path("discounts");
    String estimated =
        order.path("discountsEstimated").asBoolean()
            ? ""
            : " (fixed: too few counts of 1, 2 or 3 to estimate them from)";
    return String.format(
        Locale.ROOT,
        "%s (%s seen), discounts %.3f, %.3f, %.3f%s",
        Words.count(order.path("ngrams").asLong(), "n-gram"),
        Words.number(order.path("counted").asLong()),
        discounts.path(0).asDouble(),
        discounts.path(1).asDouble(),
        discounts.path(2).asDouble(),
        estimated);
  }

  private static String validation(JsonNode validation) {
    String perToken =
        String.format(
            Locale.ROOT,
            "validation: loss %.4f nats per token, perplexity %.2f",
            validation.path("loss").asDouble(),
            validation.path("perplexity").asDouble());
    JsonNode perByte = validation.path("bitsPerByte");
    return perByte.isMissingNode()
        ? perToken
        : perToken + String.format(Locale.ROOT, ", %.4f bits per byte", perByte.asDouble());
  }
}
