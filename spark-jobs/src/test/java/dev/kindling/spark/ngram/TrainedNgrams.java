package dev.kindling.spark.ngram;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.model.ngram.NgramModel;
import dev.kindling.spark.config.NgramConfig;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * A model of a made-up corpus, both in a directory of their own.
 *
 * @param directory gets {@code tokens} and {@code model}
 */
record TrainedNgrams(SparkSession spark, Path directory) {
  NgramModel train(Corpus corpus, NgramConfig config) throws IOException {
    corpus.write(directory.resolve("tokens"));
    NgramJob.run(spark, config, tokens(), output(), line -> {});
    return NgramDirectory.open(new Configuration(), output()).load();
  }

  Manifest manifest() {
    return Manifest.require(new Configuration(), output(), NgramDirectory.KIND);
  }

  org.apache.hadoop.fs.Path tokens() {
    return path("tokens");
  }

  org.apache.hadoop.fs.Path output() {
    return path("model");
  }

  org.apache.hadoop.fs.Path path(String name) {
    return new org.apache.hadoop.fs.Path(directory.resolve(name).toUri());
  }

  static double p(NgramModel model, int token, int... given) {
    return Math.exp(model.logProbabilities(given, new int[] {token})[0]);
  }
}
