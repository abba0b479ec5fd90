package dev.kindling.spark.score.executor;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.tensor.MemorySpace;
import dev.kindling.model.train.InferenceWeights;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.checkpoint.CheckpointReader;
import dev.kindling.spark.parallel.KernelSettings;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.score.plan.ScoreMode;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A checkpoint of a Transformer. */
record StoredTransformer(Configuration hadoop, CheckpointReader checkpoint) implements StoredModel {
  @Override
  public Path directory() {
    return checkpoint.directory();
  }

  @Override
  public Manifest manifest() {
    return checkpoint.manifest();
  }

  @Override
  public String kind() {
    return Words.architecture(checkpoint.transformer());
  }

  @Override
  public int vocabSize() {
    return checkpoint.transformer().vocabSize();
  }

  @Override
  public int contextLength() {
    return checkpoint.transformer().contextLength();
  }

  @Override
  public Path tokenizer() {
    return checkpoint.tokenizer();
  }

  @Override
  public void requireFor(ScoreMode mode, Precision precision) {
    ArchitectureConfig model = checkpoint.transformer();
    boolean fits =
        switch (mode) {
          case ROLLING, CONTINUATION, CHOICE, GENERATE -> model instanceof GptConfig;
          case MASKED -> model instanceof BertConfig;
          case EMBED -> true;
        };
    if (!fits) {
      boolean encoder = mode == ScoreMode.MASKED;
      throw new InvalidInputException(
          directory() + " holds a " + kind(),
          encoder
              ? "a BERT: the mode masked asks for each token given those on both sides"
              : "a GPT: scoring in the mode " + mode + " predicts each token from those before it",
          encoder
              ? "give the path of a run with model.architecture bert, or choose another --mode"
              : "give the path of a run with model.architecture gpt, or choose another --mode");
    }
    if (mode == ScoreMode.MASKED && checkpoint.specialTokens().mask().isEmpty()) {
      throw new InvalidInputException(
          "the config.json of " + directory() + " has no mask_token_id",
          "the id that stands for a hidden token",
          "take a checkpoint that kindling pretrain has written");
    }
  }

  @Override
  public boolean liesWithKernels() {
    return true;
  }

  /** All tasks of a place share the weights, which outlive every backend. */
  private static MemorySpace memory(KernelSettings settings) {
    try (Backend backend = settings.open()) {
      return backend.sharedMemory();
    }
  }

  @Override
  public LoadedModel load(Precision precision, KernelSettings settings) {
    Tokenizer tokenizer = TokenizerFile.load(hadoop, checkpoint.tokenizer());
    InferenceWeights weights =
        new InferenceWeights(checkpoint.transformer(), precision, memory(settings));
    LoadedTransformer loaded = null;
    try {
      checkpoint.load(weights.parameters());
      loaded = new LoadedTransformer(weights, tokenizer, checkpoint.specialTokens());
      return loaded;
    } finally {
      if (loaded == null) {
        weights.close();
      }
    }
  }
}
