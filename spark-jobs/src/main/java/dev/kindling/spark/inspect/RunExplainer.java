package dev.kindling.spark.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.report.Words;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A run directory: it has no manifest of its own, its checkpoints have. */
record RunExplainer(Configuration hadoop, boolean verify) {
  private static final String CHECKPOINTS = "checkpoints";

  static boolean isRun(FileSystem fs, Path path) throws IOException {
    return fs.exists(new Path(path, CHECKPOINTS))
        || (fs.exists(new Path(path, "config.yaml")) && fs.exists(new Path(path, "metrics.jsonl")));
  }

  Explanation explain(Path run) {
    Optional<JsonNode> summary = Json.find(hadoop, new Path(run, "summary.json"));
    Explanation out =
        new Explanation(
            run + (summary.isPresent() ? " is a finished training run" : " is an unfinished run"));
    summary.ifPresent(node -> out.fact(numbers(node)));
    List<Path> checkpoints = checkpoints(run);
    List<Path> complete =
        checkpoints.stream().filter(path -> explainCheckpoint(path, out)).toList();
    if (checkpoints.isEmpty()) {
      out.fact("no checkpoint yet");
    }
    out.fact("config.yaml has the settings, metrics.jsonl every step, report.html the curves");
    if (summary.isEmpty()) {
      out.next("run the same pretrain command again: it goes on from the newest checkpoint");
    }
    if (!complete.isEmpty()) {
      CheckpointExplainer.findModel(hadoop, complete.get(complete.size() - 1))
          .ifPresent(model -> CheckpointExplainer.suggestUses(model, run, out));
    }
    return out;
  }

  private static String numbers(JsonNode summary) {
    return String.format(
        Locale.ROOT,
        "validation loss %.4f nats per token (unigram %.4f, uniform %.4f)%n%s trained for %s on %s,"
            + " %.0f tokens/s",
        summary.path("validation_loss").asDouble(),
        summary.path("unigram_loss").asDouble(),
        summary.path("uniform_loss").asDouble(),
        Words.count(summary.path("parameters").asLong(), "parameter"),
        Words.count(summary.path("steps").asLong(), "step"),
        Words.count(summary.path("tokens").asLong(), "token"),
        summary.path("tokens_per_second").asDouble());
  }

  private boolean explainCheckpoint(Path checkpoint, Explanation out) {
    try {
      Manifest manifest = Manifest.require(hadoop, checkpoint, "checkpoint");
      if (verify) {
        manifest.verify(hadoop, checkpoint);
      }
      String verified = verify ? ", every file as its manifest says" : "";
      out.fact("checkpoint " + checkpoint.getName() + ": complete" + verified);
      return true;
    } catch (InvalidInputException e) {
      if (verify) {
        throw e;
      }
      String reason = e.getMessage().lines().findFirst().orElse("");
      out.fact("checkpoint " + checkpoint.getName() + ": not usable: " + reason);
      return false;
    }
  }

  private List<Path> checkpoints(Path run) {
    Path directory = new Path(run, CHECKPOINTS);
    try {
      FileSystem fs = directory.getFileSystem(hadoop);
      if (!fs.exists(directory)) {
        return List.of();
      }
      return Arrays.stream(fs.listStatus(directory))
          .filter(FileStatus::isDirectory)
          .map(FileStatus::getPath)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + directory, e);
    }
  }
}
