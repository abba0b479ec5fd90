package dev.kindling.spark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.spark.report.RunFiles;
import java.util.Iterator;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The least loss that is possible on the embedded corpus, whose grammar's entropy is known. */
final class EntropyFloor {
  private EntropyFloor() {}

  /**
   * The entropy of the stories in nats per token of the validation split, if that has the
   * languages' shares of the whole corpus.
   *
   * @param corpus with {@code truth.json}
   * @param tokens details of a manifest of kind {@code tokens}
   */
  static double natsPerToken(Configuration hadoop, Path corpus, JsonNode tokens) {
    JsonNode truth = new RunFiles(hadoop, corpus).readJson("truth.json");
    double nats = 0;
    double bytes = 0;
    Iterator<Map.Entry<String, JsonNode>> languages = truth.path("stories").fields();
    while (languages.hasNext()) {
      Map.Entry<String, JsonNode> language = languages.next();
      JsonNode entropy = truth.path("entropy").path(language.getKey());
      double stories = language.getValue().asDouble();
      nats += stories * entropy.path("natsPerStory").asDouble();
      bytes += stories * entropy.path("bytesPerStory").asDouble();
    }
    JsonNode validation = tokens.at("/splits/validation");
    return nats
        / bytes
        * validation.path("bytes").asDouble()
        / validation.path("tokens").asDouble();
  }
}
