package dev.kindling.spark.config;

import dev.kindling.data.clean.CleanConfig;
import dev.kindling.data.decontaminate.DecontaminateConfig;
import dev.kindling.data.dedup.DeduplicateConfig;
import dev.kindling.data.extract.ExtractConfig;
import dev.kindling.data.read.ReadConfig;
import dev.kindling.data.shard.TokenizeConfig;
import dev.kindling.data.tokenizer.TokenizerConfig;
import java.util.List;

/**
 * Everything that can be configured. What each key means, and its default, is said in one place:
 * the resource {@code defaults.yaml}.
 *
 * @param seed of all randomness that is not data
 * @param read how files become documents
 * @param extract what is done to their text
 * @param clean which documents are kept
 * @param deduplicate how near-duplicates are found
 * @param decontaminate what of evaluation sets is taken out
 * @param tokenizer the vocabulary to learn
 * @param tokenize how documents become token shards
 * @param ngram what an n-gram model is made of
 * @param model the shape of the model
 * @param objective the noise that it learns from
 * @param training one replica's optimisation
 * @param parallel over how much of the cluster one model is spread
 * @param dataParallelism how replicas stay one model
 * @param checkpoint how often, and how many stay
 * @param generate how text is sampled
 * @param score how documents are scored
 * @param word2vec how word vectors are learned
 * @param generations the generations of language models under one budget
 */
public record RunConfig(
    long seed,
    ReadConfig read,
    ExtractConfig extract,
    CleanConfig clean,
    DeduplicateConfig deduplicate,
    DecontaminateConfig decontaminate,
    TokenizerConfig tokenizer,
    TokenizeConfig tokenize,
    NgramConfig ngram,
    ModelConfig model,
    ObjectiveConfig objective,
    TrainingConfig training,
    ParallelConfig parallel,
    DataParallelismConfig dataParallelism,
    CheckpointConfig checkpoint,
    GenerateConfig generate,
    ScoreConfig score,
    Word2VecConfig word2vec,
    GenerationsConfig generations) {

  /** The resolved configuration as YAML; {@link ConfigLoader} reads it back to an equal record. */
  public String toYaml() {
    return ConfigTree.toYaml(ConfigTree.write(this));
  }

  /** The same but for the languages that cleaning keeps, as ISO 639-1 codes. */
  public RunConfig withLanguages(String... languages) {
    return new RunConfig(
        seed,
        read,
        extract,
        clean.withLanguages(List.of(languages)),
        deduplicate,
        decontaminate,
        tokenizer,
        tokenize,
        ngram,
        model,
        objective,
        training,
        parallel,
        dataParallelism,
        checkpoint,
        generate,
        score,
        word2vec,
        generations);
  }

  /** The same but for what n-gram models are made of. */
  public RunConfig withNgram(NgramConfig newNgram) {
    return new RunConfig(
        seed,
        read,
        extract,
        clean,
        deduplicate,
        decontaminate,
        tokenizer,
        tokenize,
        newNgram,
        model,
        objective,
        training,
        parallel,
        dataParallelism,
        checkpoint,
        generate,
        score,
        word2vec,
        generations);
  }
}
