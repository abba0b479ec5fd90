package dev.kindling.spark.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.arch.T5Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The facts of manifests in words, the same on the console, in reports and in explanations. */
public final class Words {
  private static final long KIBI = 1024;
  private static final String[] BYTE_UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private Words() {}

  /** {@code 1,234 documents}, {@code 1 document}. */
  public static String count(long number, String noun) {
    return number(number) + " " + (number == 1 ? noun : plural(noun));
  }

  /** {@code 1,234,567}. */
  public static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** {@code 1.5 MiB}. */
  public static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= KIBI && unit < BYTE_UNITS.length - 1) {
      value /= KIBI;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, BYTE_UNITS[unit]);
  }

  /** {@code 1 h 02 min}, {@code 3 min 05 s}, {@code 12 s}. */
  public static String duration(double seconds) {
    long whole = Math.round(seconds);
    long minutes = whole / 60;
    if (minutes >= 60) {
      return String.format(Locale.ROOT, "%d h %02d min", minutes / 60, minutes % 60);
    }
    return minutes > 0
        ? String.format(Locale.ROOT, "%d min %02d s", minutes, whole % 60)
        : whole + " s";
  }

  /**
   * {@code GPT with 4 layers, 4 heads, 128 wide, context 64, vocabulary 65}, or {@code lstm network
   * with 2 layers, 128 wide, context 64, vocabulary 65}.
   */
  public static String architecture(ModelShape model) {
    if (!(model instanceof ArchitectureConfig transformer)) {
      return network((NetworkConfig) model);
    }
    return family(transformer)
        + " with "
        + layers(transformer)
        + ", "
        + count(transformer.numHeads(), "head")
        + ", "
        + model.embeddingSize()
        + " wide, context "
        + model.contextLength()
        + ", vocabulary "
        + number(model.vocabSize());
  }

  private static String network(NetworkConfig model) {
    return model.kind()
        + " network with "
        + count(model.numLayers(), "layer")
        + ", "
        + model.hiddenSize()
        + " wide, context "
        + model.contextLength()
        + ", vocabulary "
        + number(model.vocabSize());
  }

  private static String family(ArchitectureConfig model) {
    // A sealed switch on types is a preview in Java 17.
    if (model instanceof GptConfig) {
      return "GPT";
    }
    if (model instanceof T5Config t5) {
      return t5.gated() ? "T5 1.1" : "T5";
    }
    return model instanceof BertConfig ? "BERT" : "BART";
  }

  private static String layers(ArchitectureConfig model) {
    if (model instanceof T5Config t5) {
      return t5.numLayers() + " + " + count(t5.numDecoderLayers(), "layer");
    }
    if (model instanceof BartConfig bart) {
      return bart.numLayers() + " + " + count(bart.numDecoderLayers(), "layer");
    }
    return count(model.numLayers(), "layer");
  }

  /** What was measured, from the details of a manifest of kind {@code signals}. */
  public static String measured(JsonNode details) {
    return count(details.path("read").asLong(), "record")
        + " read\n"
        + reasons("quarantined as unreadable", details.path("quarantined"));
  }

  /** What cleaning kept and rejected, from the details of a manifest of kind {@code documents}. */
  public static String cleaned(JsonNode details) {
    return String.join(
        "\n",
        count(details.path("read").asLong(), "record")
            + " read: "
            + number(details.path("kept").asLong())
            + " kept ("
            + count(details.path("keptCharacters").asLong(), "character")
            + ")",
        reasons("rejected", details.path("rejected")),
        reasons("quarantined as unreadable", details.path("quarantined")),
        "masked: "
            + count(details.path("maskedEmails").asLong(), "e-mail address")
            + ", "
            + count(details.path("maskedIpAddresses").asLong(), "IP address")
            + ", "
            + count(details.path("maskedCardNumbers").asLong(), "card number")
            + ", "
            + count(details.path("maskedPhoneNumbers").asLong(), "telephone number"));
  }

  /** What deduplication kept and rejected, from the details of its manifest. */
  public static String deduplicated(JsonNode details) {
    List<String> sizes = new ArrayList<>();
    details
        .path("clustersBySize")
        .fields()
        .forEachRemaining(
            size -> sizes.add(number(size.getValue().asLong()) + " of " + size.getKey()));
    return String.join(
        "\n",
        count(details.path("read").asLong(), "document")
            + " read: "
            + number(details.path("kept").asLong())
            + " kept",
        reasons("rejected", details.path("rejected")),
        count(details.path("removedLines").asLong(), "repeated line") + " removed",
        count(details.path("removedSpans").asLong(), "repeated substring")
            + " removed or masked ("
            + count(details.path("removedTokens").asLong(), "token")
            + ", "
            + count(details.path("removedCharacters").asLong(), "character")
            + ")",
        "clusters: " + (sizes.isEmpty() ? "none" : String.join(", ", sizes)),
        String.format(
            Locale.ROOT,
            "probability of being compared: %.3f at Jaccard 0.7, %.3f at 0.8, %.3f at 0.9",
            details.at("/candidateProbability/0.7").asDouble(),
            details.at("/candidateProbability/0.8").asDouble(),
            details.at("/candidateProbability/0.9").asDouble()));
  }

  /** What decontamination kept and rejected, from the details of its manifest. */
  public static String decontaminated(JsonNode details) {
    List<String> lines = new ArrayList<>();
    long numCut = details.path("cut").asLong();
    lines.add(
        count(details.path("read").asLong(), "document")
            + " read: "
            + number(details.path("kept").asLong())
            + " kept"
            + (numCut == 0
                ? ""
                : ", "
                    + number(numCut)
                    + " of them cut into "
                    + count(details.path("pieces").asLong(), "piece")));
    lines.add(reasons("rejected", details.path("rejected")));
    lines.add(count(details.path("commonNgrams").asLong(), "common phrase") + " ignored");
    for (JsonNode evaluation : details.path("evaluations")) {
      lines.add(
          evaluation.path("path").asText()
              + ": "
              + number(evaluation.path("contaminated").asLong())
              + " of "
              + count(evaluation.path("documents").asLong(), "document")
              + " found, "
              + number(evaluation.path("tooShort").asLong())
              + " too short to be looked for");
    }
    return String.join("\n", lines);
  }

  /** What a directory of word vectors says of itself. */
  public static String wordVectors(JsonNode details) {
    List<String> nearest = new ArrayList<>();
    details.at("/example/neighbours").forEach(word -> nearest.add(word.asText()));
    return String.format(
        Locale.ROOT,
        "%s with %s each, of %s in %s at %s words/s%nnearest to %s: %s",
        count(details.path("words").asLong(), "word"),
        count(details.path("vectorSize").asLong(), "number"),
        count(details.path("corpusWords").asLong(), "word"),
        count(details.path("iterations").asLong(), "pass"),
        number(Math.round(details.path("wordsPerSecond").asDouble())),
        details.at("/example/word").asText(),
        String.join(" ", nearest));
  }

  /** What became of the documents, from the details of a manifest of kind {@code tokens}. */
  public static String tokenized(JsonNode details) {
    List<String> lines = new ArrayList<>();
    details
        .path("splits")
        .fields()
        .forEachRemaining(split -> lines.add(split.getKey() + ": " + split(split.getValue())));
    if (details.has("packedLength")) {
      lines.add(
          String.format(
              Locale.ROOT,
              "train is packed into sequences of %s; %.2f %% of it fills them up",
              count(details.path("packedLength").asLong(), "token"),
              100.0
                  * details.path("fillerTokens").asLong()
                  / details.at("/splits/train/tokens").asLong()));
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "vocabulary %s; to beat: unigram loss %.3f, uniform loss %.3f nats per token",
            number(details.path("vocabSize").asLong()),
            details.path("unigramLoss").asDouble(),
            details.path("uniformLoss").asDouble()));
    return String.join("\n", lines);
  }

  private static String split(JsonNode split) {
    return count(split.path("tokens").asLong(), "token")
        + " of "
        + count(split.path("documents").asLong(), "document")
        + " ("
        + bytes(split.path("bytes").asLong())
        + " of text) in "
        + count(split.path("shards").asLong(), "shard");
  }

  /** {@code 12 rejected: too-short 7, exact-duplicate 5}. */
  static String reasons(String what, JsonNode counts) {
    List<String> reasons = new ArrayList<>();
    long total = 0;
    for (var fields = counts.fields(); fields.hasNext(); ) {
      var field = fields.next();
      total += field.getValue().asLong();
      reasons.add(field.getKey() + " " + number(field.getValue().asLong()));
    }
    String list = reasons.isEmpty() ? "" : ": " + String.join(", ", reasons);
    return number(total) + " " + what + list;
  }

  private static String plural(String noun) {
    return noun.endsWith("s") ? noun + "es" : noun + "s";
  }
}
