package dev.kindling.spark.inspect;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.report.NgramWords;
import dev.kindling.spark.report.Words;
import org.apache.hadoop.fs.Path;

/** An n-gram model. */
record NgramExplainer() implements KindExplainer {
  @Override
  public void explain(Path directory, Manifest manifest, Explanation out) {
    out.fact("an n-gram language model, smoothed by modified Kneser-Ney");
    out.fact(
        "counted in "
            + Words.count(manifest.details().path("trainTokens").asLong(), "token")
            + " of "
            + Words.count(manifest.details().path("trainDocuments").asLong(), "document"));
    out.fact(NgramWords.of(manifest.details()));
    out.next("kindling score --input CORPUS --checkpoint " + directory + " --output SCORES");
  }
}
