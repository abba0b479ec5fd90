package dev.kindling.spark.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.sweep.SweepRun;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A sweep's directory: it grows, so it has no manifest, and each of its runs has a record. */
record SweepExplainer(Configuration hadoop) {
  /** The sweep's own file, if the directory is one. */
  Optional<JsonNode> find(Path directory) {
    return Json.find(hadoop, new Path(directory, "sweep.json"));
  }

  Explanation explain(Path directory, JsonNode sweep) {
    Explanation out = new Explanation(directory + " is a sweep");
    int numFinished = 0;
    for (JsonNode run : sweep.path("runs")) {
      Optional<JsonNode> record =
          Json.find(
              hadoop,
              new Path(new Path(directory, run.path("directory").asText()), "sweep-run.json"));
      numFinished += record.isPresent() ? 1 : 0;
      record.ifPresent(
          finished ->
              out.fact(
                  String.format(
                      Locale.ROOT,
                      "run %d, %s: loss %.4f",
                      run.path("run").asInt(),
                      SweepRun.briefly(finished.at("/row/settings").asText()),
                      finished.at("/row/loss").asDouble())));
    }
    out.fact(numFinished + " of " + Words.count(sweep.path("runs").size(), "run") + " finished");
    out.fact("runs.csv and runs.parquet have the table, cluster.json what replicas do");
    if (numFinished < sweep.path("runs").size()) {
      out.next("run the same sweep command again: it does what is missing");
    } else {
      out.next("kindling fit --input " + new Path(directory, "runs.csv") + " --budget FLOPS");
    }
    return out;
  }
}
