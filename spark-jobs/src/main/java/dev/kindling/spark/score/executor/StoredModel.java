package dev.kindling.spark.score.executor;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.checkpoint.CheckpointReader;
import dev.kindling.spark.ngram.NgramDirectory;
import dev.kindling.spark.parallel.KernelSettings;
import dev.kindling.spark.score.plan.ScoreMode;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A directory with a model that can be asked: what is known before its weights are read. */
public interface StoredModel {
  /**
   * Opens a model.
   *
   * @param path a checkpoint, a run, of which it is the newest, or the directory of an n-gram model
   * @throws InvalidInputException if there is no model, or it is damaged
   */
  static StoredModel open(Configuration hadoop, Path path) {
    if (NgramDirectory.isOne(hadoop, path)) {
      return new StoredNgram(hadoop, NgramDirectory.open(hadoop, path));
    }
    CheckpointReader checkpoint = CheckpointReader.open(hadoop, path);
    return checkpoint.model() instanceof NetworkConfig network
        ? new StoredNetwork(hadoop, checkpoint, network)
        : new StoredTransformer(hadoop, checkpoint);
  }

  /** Where it lies. */
  Path directory();

  /** Its files and their hashes. */
  Manifest manifest();

  /** What it is, such as "gpt". */
  String kind();

  /** V. */
  int vocabSize();

  /** The longest sequence. */
  int contextLength();

  /** The directory with its {@code tokenizer.json}. */
  Path tokenizer();

  /**
   * Checks that it can answer what a mode asks.
   *
   * @throws InvalidInputException if it is of another kind than the mode needs, or does not compute
   *     in the precision
   */
  void requireFor(ScoreMode mode, Precision precision);

  /**
   * The kernels that it computes with.
   *
   * @param backend those that the user has asked for
   */
  default String kernels(String backend) {
    return backend;
  }

  /** Whether its weights lie where the kernels compute, instead of somewhere on the host. */
  default boolean liesWithKernels() {
    return false;
  }

  /**
   * Reads the weights.
   *
   * @param settings of the kernels that compute with them first
   */
  LoadedModel load(Precision precision, KernelSettings settings);
}
