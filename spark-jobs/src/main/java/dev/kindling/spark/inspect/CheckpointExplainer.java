package dev.kindling.spark.inspect;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.io.ModelConfigFile;
import dev.kindling.spark.report.Words;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A checkpoint. */
record CheckpointExplainer(Configuration hadoop) implements KindExplainer {
  @Override
  public void explain(Path directory, Manifest manifest, Explanation out) {
    out.fact("a model with all that is needed to go on training it");
    out.fact("model.safetensors and config.json are in Hugging Face's format");
    Optional<ModelShape> model = findModel(hadoop, directory);
    model.ifPresent(shape -> out.fact(Words.architecture(shape)));
    Json.find(hadoop, new Path(directory, "trainer.json"))
        .ifPresent(
            trainer ->
                out.fact(
                    Words.count(trainer.path("numParameters").asLong(), "parameter")
                        + " after "
                        + Words.count(trainer.path("step").asLong(), "step")
                        + " and "
                        + Words.count(trainer.path("tokens").asLong(), "token")));
    model.ifPresent(shape -> suggestUses(shape, directory, out));
  }

  /** The shape of a checkpoint's model, where its configuration is there. */
  static Optional<ModelShape> findModel(Configuration hadoop, Path checkpoint) {
    Path file = new Path(checkpoint, ModelConfigFile.NAME);
    try {
      FileSystem fs = file.getFileSystem(hadoop);
      if (!fs.exists(file)) {
        return Optional.empty();
      }
      try (InputStream in = fs.open(file)) {
        return Optional.of(ModelConfigFile.parse(file.toString(), in.readAllBytes()).model());
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          file + " cannot be read: " + e.getMessage(),
          "the configuration of a model",
          "check that the storage answers",
          e);
    }
  }

  /** What a trained model can be used for from here on. */
  static void suggestUses(ModelShape model, Path path, Explanation out) {
    if (model instanceof ArchitectureConfig && !(model instanceof BertConfig)) {
      out.next("kindling generate --input " + path + " --prompt 'Once upon a time'");
    }
    if (model instanceof GptConfig || model instanceof NetworkConfig) {
      out.next("kindling score --input CORPUS --checkpoint " + path + " --output SCORES");
    }
  }
}
