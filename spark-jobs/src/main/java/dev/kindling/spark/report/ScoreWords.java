package dev.kindling.spark.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What scoring came to in words, from the details of a manifest of kind {@code scores}. */
public final class ScoreWords {
  private ScoreWords() {}

  /** Some lines. */
  public static String of(JsonNode details) {
    List<String> lines = new ArrayList<>();
    switch (details.path("mode").asText()) {
      case "rolling" -> lines.add(rolling(details));
      case "continuation" -> lines.add(continuations(details));
      case "choice" -> lines.addAll(choices(details));
      case "masked" -> lines.add(masked(details));
      case "embed" -> lines.add(embeddings(details));
      case "generate" -> lines.add(generated(details));
      default -> lines.add(documents(details));
    }
    if (details.path("notScored").size() > 0) {
      lines.add(
          Words.reasons("not scored, with the reason in score_error", details.path("notScored")));
    }
    if (details.path("quarantined").size() > 0) {
      lines.add(Words.reasons("not scored, since unreadable", details.path("quarantined")));
    }
    int numSkipped = details.path("skippedFiles").size();
    if (numSkipped > 0) {
      lines.add(Words.count(numSkipped, "file") + " skipped, since of another format");
    }
    long numDone = details.path("partsOfAnInterruptedRun").asLong();
    if (numDone > 0) {
      lines.add(
          Words.count(numDone, "part")
              + " of "
              + details.path("parts").asLong()
              + " were there from an interrupted run");
    }
    return String.join("\n", lines);
  }

  private static String documents(JsonNode details) {
    return Words.count(details.path("documents").asLong(), "document");
  }

  private static String rolling(JsonNode details) {
    return documents(details)
        + ", "
        + Words.count(details.path("tokens").asLong(), "token")
        + format(
            ": log-likelihood %.1f nats, %.4f bits per byte, perplexity %.2f per token",
            details.path("logLikelihood").asDouble(),
            details.path("bitsPerByte").asDouble(),
            details.path("perplexity").asDouble());
  }

  private static String continuations(JsonNode details) {
    return Words.count(details.path("continuations").asLong(), "continuation")
        + ", "
        + Words.count(details.path("tokens").asLong(), "token")
        + format(
            ": log-likelihood %.1f nats, %.1f %% are what the model would write itself; %s",
            details.path("logLikelihood").asDouble(),
            100 * details.path("greedy").asDouble(),
            truncated(details));
  }

  private static List<String> choices(JsonNode details) {
    List<String> lines = new ArrayList<>();
    lines.add(documents(details) + ", each with every number of examples:");
    lines.add("shots   acc              acc_norm         more than with fewest examples");
    for (JsonNode shots : details.path("shots")) {
      lines.add(
          format(
              "%5d   %s  %s  %s",
              shots.path("shots").asInt(),
              share(shots, "acc"),
              share(shots, "accNorm"),
              shots.has("gain") ? gain(shots, "gain") + ", norm " + gain(shots, "gainNorm") : ""));
      if (shots.path("truncated").asLong() > 0) {
        lines.add("        " + truncated(shots));
      }
    }
    return lines;
  }

  private static String share(JsonNode shots, String name) {
    if (!shots.has(name)) {
      return "no labels      ";
    }
    return format(
        "%.4f ± %.4f", shots.path(name).asDouble(), shots.path(name + "Error").asDouble());
  }

  private static String gain(JsonNode shots, String name) {
    return format(
        "%+.4f ± %.4f", shots.path(name).asDouble(), shots.path(name + "Error").asDouble());
  }

  private static String truncated(JsonNode details) {
    return Words.count(details.path("truncated").asLong(), "context") + " cut to fit";
  }

  private static String masked(JsonNode details) {
    return documents(details)
        + ", "
        + Words.count(details.path("tokens").asLong(), "token")
        + format(
            ": pseudo-log-likelihood %.1f nats, pseudo-perplexity %.2f per token",
            details.path("pseudoLogLikelihood").asDouble(),
            details.path("pseudoPerplexity").asDouble());
  }

  private static String embeddings(JsonNode details) {
    return Words.count(details.path("embeddings").asLong(), "vector")
        + " of "
        + Words.number(details.path("dimensions").asLong())
        + " dimensions, from "
        + Words.count(details.path("tokens").asLong(), "token");
  }

  private static String generated(JsonNode details) {
    return Words.count(details.path("texts").asLong(), "text")
        + ", "
        + Words.count(details.path("tokens").asLong(), "token")
        + "; "
        + Words.reasons("ended by", details.path("endedBy"));
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
