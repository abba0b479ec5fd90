package dev.kindling.model.io;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.arch.NetworkConfig;
import java.util.List;

/** A network of the generations before the Transformer, which Hugging Face has no class for. */
final class NetworkConfigCodec implements ConfigCodec {
  @Override
  public String modelType() {
    return "kindling-network";
  }

  @Override
  public String modelClass() {
    return "KindlingNetworkForCausalLM";
  }

  @Override
  public String description() {
    return "a feedforward, convolutional or recurrent network, an LSTM or an ELMo";
  }

  @Override
  public List<String> idsWithDefaults() {
    return List.of();
  }

  @Override
  public boolean canWrite(ModelShape model) {
    return model instanceof NetworkConfig;
  }

  @Override
  public void write(ModelShape model, ObjectNode json) {
    NetworkConfig network = (NetworkConfig) model;
    json.put("kind", network.kind().toString());
    json.put("vocab_size", network.vocabSize());
    json.put("max_position_embeddings", network.contextLength());
    json.put("num_hidden_layers", network.numLayers());
    json.put("embedding_size", network.embeddingSize());
    json.put("hidden_size", network.hiddenSize());
    if (network.kind().hasWindow()) {
      json.put("window", network.window());
    }
    json.put("dropout", network.dropout());
  }

  @Override
  public NetworkConfig read(ConfigKeys keys) {
    NetworkConfig.Kind kind = keys.choice("kind", NetworkConfig.Kind.class);
    return new NetworkConfig(
        kind,
        keys.count("vocab_size"),
        keys.count("max_position_embeddings"),
        keys.numLayers("num_hidden_layers"),
        keys.count("embedding_size"),
        keys.count("hidden_size"),
        kind.hasWindow() ? keys.count("window") : 0,
        keys.dropout("dropout", 0));
  }
}
