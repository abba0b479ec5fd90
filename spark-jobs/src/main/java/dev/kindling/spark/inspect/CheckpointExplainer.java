package dev.kindling.spark.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.report.Words;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A checkpoint. */
record CheckpointExplainer(Configuration hadoop) implements KindExplainer {
  @Override
  public void explain(Path directory, Manifest manifest, Explanation out) {
    out.fact("a model with all that is needed to go on training it");
    out.fact("model.safetensors and config.json are in Hugging Face's GPT-2 format");
    Json.find(hadoop, new Path(directory, "config.json"))
        .ifPresent(config -> out.fact(shape(config)));
    Json.find(hadoop, new Path(directory, "trainer.json"))
        .ifPresent(
            trainer ->
                out.fact(
                    Words.count(trainer.path("numParameters").asLong(), "parameter")
                        + " after "
                        + Words.count(trainer.path("step").asLong(), "step")
                        + " and "
                        + Words.count(trainer.path("tokens").asLong(), "token")));
    out.next("kindling generate --input " + directory + " --prompt 'Once upon a time'");
    out.next("kindling score --input CORPUS --checkpoint " + directory + " --output SCORES");
  }

  private static String shape(JsonNode config) {
    return "GPT with "
        + Words.count(config.path("n_layer").asLong(), "layer")
        + ", "
        + Words.count(config.path("n_head").asLong(), "head")
        + ", "
        + config.path("n_embd").asLong()
        + " wide, context "
        + config.path("n_positions").asLong(config.path("n_ctx").asLong())
        + ", vocabulary "
        + Words.number(config.path("vocab_size").asLong());
  }
}
