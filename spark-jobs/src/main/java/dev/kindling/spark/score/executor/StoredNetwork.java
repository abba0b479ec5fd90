package dev.kindling.spark.score.executor;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.checkpoint.CheckpointReader;
import dev.kindling.spark.parallel.KernelSettings;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.score.plan.ScoreMode;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A checkpoint of a network of DL4J's layers. */
record StoredNetwork(Configuration hadoop, CheckpointReader checkpoint, NetworkConfig network)
    implements StoredModel {
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
    return Words.architecture(network);
  }

  @Override
  public int vocabSize() {
    return network.vocabSize();
  }

  @Override
  public int contextLength() {
    return network.contextLength();
  }

  @Override
  public Path tokenizer() {
    return checkpoint.tokenizer();
  }

  @Override
  public void requireFor(ScoreMode mode, Precision precision) {
    boolean fits =
        switch (mode) {
          case ROLLING, CONTINUATION, CHOICE, EMBED -> true;
          case GENERATE, MASKED -> false;
        };
    if (!fits) {
      throw new InvalidInputException(
          directory() + " holds a " + kind() + ", which cannot be asked in the mode " + mode,
          "one of the modes that such a network answers: rolling, continuation, choice, embed",
          "choose one of them, or give the path of a run of a gpt or bert");
    }
    if (precision != Precision.F32) {
      throw new InvalidInputException(
          "score.precision is " + precision + ", but " + directory() + " holds a " + kind(),
          "f32, which is what DL4J's layers compute in",
          "set score.precision=f32");
    }
  }

  /** ND4J's, always. */
  @Override
  public String kernels(String backend) {
    return "nd4j";
  }

  @Override
  public LoadedModel load(Precision precision, KernelSettings settings) {
    ParameterStore parameters = ParameterStore.allocate(network.layout(), DType.F32);
    LoadedNetwork loaded = null;
    try {
      checkpoint.load(parameters);
      loaded =
          new LoadedNetwork(
              network,
              parameters,
              TokenizerFile.load(hadoop, checkpoint.tokenizer()),
              checkpoint.specialTokens());
      return loaded;
    } finally {
      if (loaded == null) {
        parameters.close();
      }
    }
  }
}
