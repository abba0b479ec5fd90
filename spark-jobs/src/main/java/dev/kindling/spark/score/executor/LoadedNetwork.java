package dev.kindling.spark.score.executor;

import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.dl4j.NetworkModel;
import dev.kindling.model.io.SpecialTokenIds;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.spark.parallel.KernelSettings;

/**
 * The parameters of a network; DL4J has a copy of them in every lane, and computes with as many
 * threads as {@code OMP_NUM_THREADS} says.
 */
record LoadedNetwork(
    NetworkConfig network,
    ParameterStore parameters,
    Tokenizer tokenizer,
    SpecialTokenIds specialTokens)
    implements LoadedModel {
  @Override
  public ScoringModel open(KernelSettings settings) {
    NetworkModel model = new NetworkModel(network, parameters);
    return new ScoringModel(model, tokenizer, specialTokens, model::rest, model::close);
  }

  @Override
  public void close() {
    parameters.close();
  }
}
