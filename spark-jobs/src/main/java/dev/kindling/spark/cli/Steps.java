package dev.kindling.spark.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.clean.CleanJob;
import dev.kindling.data.clean.SignalsJob;
import dev.kindling.data.decontaminate.DecontaminateJob;
import dev.kindling.data.dedup.DeduplicateJob;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.sample.SampleCorpus;
import dev.kindling.data.sample.SampleCorpusConfig;
import dev.kindling.data.shard.TokenizeJob;
import dev.kindling.data.tokenizer.TokenizerJob;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.ngram.NgramJob;
import dev.kindling.spark.report.NgramWords;
import dev.kindling.spark.report.ScoreWords;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.score.ScoreJob;
import dev.kindling.spark.score.plan.ScoreMode;
import dev.kindling.spark.wordvectors.WordVectorsJob;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * The steps from raw text to token shards, n-grams and scores, each with its headline and what came
 * of it in words.
 */
final class Steps {
  private Steps() {}

  static Manifest sampleCorpus(
      Console console, Configuration hadoop, SampleCorpusConfig config, Path output) {
    return console.step(
        "sample-corpus",
        config.documents() + " stories and planted defects -> " + output,
        () -> SampleCorpus.write(hadoop, config, output),
        manifest ->
            Words.count(manifest.files().size(), "file") + ", with the truth in truth.json");
  }

  static Manifest signals(
      Console console, SparkSession spark, RunConfig config, List<String> inputs, Path output) {
    return console.step(
        "signals",
        String.join(", ", inputs) + " -> " + output,
        () -> SignalsJob.run(spark, config.read(), config.extract(), inputs, output),
        manifest -> Words.measured(manifest.details()));
  }

  static Manifest clean(
      Console console, SparkSession spark, RunConfig config, List<String> inputs, Path output) {
    return console.step(
        "clean",
        String.join(", ", inputs) + " -> " + output,
        () -> CleanJob.run(spark, config.read(), config.extract(), config.clean(), inputs, output),
        manifest -> Words.cleaned(manifest.details()));
  }

  static Manifest deduplicate(
      Console console,
      SparkSession spark,
      RunConfig config,
      Path documents,
      Optional<Path> older,
      Path output) {
    return console.step(
        "deduplicate",
        documents + older.map(directory -> " against " + directory).orElse("") + " -> " + output,
        () -> DeduplicateJob.run(spark, config.deduplicate(), documents, older, output),
        manifest -> Words.deduplicated(manifest.details()));
  }

  static Manifest decontaminate(
      Console console,
      SparkSession spark,
      RunConfig config,
      Path documents,
      List<String> evaluations,
      Path output) {
    return console.step(
        "decontaminate",
        documents + " from " + String.join(", ", evaluations) + " -> " + output,
        () ->
            DecontaminateJob.run(
                spark, config.decontaminate(), config.read(), documents, evaluations, output),
        manifest -> Words.decontaminated(manifest.details()));
  }

  static Manifest tokenizer(
      Console console, SparkSession spark, RunConfig config, Path documents, Path output) {
    return console.step(
        "tokenizer",
        documents + " -> " + output,
        () -> TokenizerJob.run(spark, config.tokenizer(), documents, output),
        manifest -> {
          ObjectNode details = manifest.details();
          return details.path("kind").asText()
              + ", "
              + Words.count(details.path("vocabSize").asLong(), "token id");
        });
  }

  static Manifest tokenize(
      Console console,
      SparkSession spark,
      RunConfig config,
      Path documents,
      Path tokenizer,
      Path output) {
    return console.step(
        "tokenize",
        documents + " -> " + output,
        () -> TokenizeJob.run(spark, config.tokenize(), documents, tokenizer, output),
        manifest -> Words.tokenized(manifest.details()));
  }

  static Manifest wordVectors(
      Console console, SparkSession spark, RunConfig config, Path tokens, Path output) {
    return console.step(
        "word2vec",
        tokens + " -> " + output,
        () ->
            WordVectorsProgress.during(
                console,
                spark,
                config.word2vec(),
                () -> WordVectorsJob.run(spark, config.word2vec(), tokens, output)),
        manifest -> Words.wordVectors(manifest.details()));
  }

  static Manifest ngram(
      Console console, SparkSession spark, RunConfig config, Path tokens, Path output) {
    return console.step(
        "ngram",
        tokens + " -> " + output,
        () ->
            NgramJob.run(
                spark, config.ngram(), tokens, output, line -> console.line("%-13s %s", "", line)),
        manifest -> NgramWords.of(manifest.details()));
  }

  static Manifest score(
      Console console,
      SparkSession spark,
      RunConfig config,
      ScoreMode mode,
      Path input,
      Optional<Path> examples,
      Path run,
      Path output) {
    return console.step(
        "score",
        mode + " of " + input + " with " + run + " -> " + output,
        () ->
            ScoreProgress.during(
                console,
                spark,
                () -> ScoreJob.run(spark, config, mode, input, examples, run, output)),
        manifest -> ScoreWords.of(manifest.details()));
  }
}
