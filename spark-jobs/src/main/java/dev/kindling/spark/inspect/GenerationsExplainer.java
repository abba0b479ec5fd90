package dev.kindling.spark.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.generations.GenerationsDirectory;
import dev.kindling.spark.generations.ModelRow;
import dev.kindling.spark.generations.Verdict;
import dev.kindling.spark.report.Words;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Generations of models under one budget: a directory that grows. */
record GenerationsExplainer(Configuration hadoop) implements KindExplainer {
  @Override
  public void explain(Path directory, Manifest manifest, Explanation out) {
    out.fact("generations of language models on the same text under one budget, a directory each");
    describe(manifest.details(), out);
    out.fact("report.html compares them, generations.csv has the table");
    out.next("kindling inspect " + new Path(directory, "MODEL"));
  }

  /** What is finished of a directory without a manifest, if it is one. */
  Optional<Explanation> explainUnfinished(Path directory) {
    return Json.find(hadoop, new Path(directory, GenerationsDirectory.STATE))
        .map(
            state -> {
              Explanation out =
                  new Explanation(directory + " holds generations of models, not all finished");
              describe(state, out);
              return out.next("run the same generations command again: it does what is missing");
            });
  }

  private static void describe(JsonNode state, Explanation out) {
    List<ModelRow> rows = GenerationsDirectory.rows(state);
    for (ModelRow row : rows) {
      String parameters = row.model() + ": " + Words.count(row.parameters(), "parameter");
      out.fact(
          row.bitsPerByte() == null
              ? parameters
              : parameters
                  + String.format(
                      Locale.ROOT,
                      ", perplexity %.2f, %.4f bits per byte",
                      row.perplexity(),
                      row.bitsPerByte()));
    }
    Verdict.of(rows).lines().forEach(out::fact);
  }
}
