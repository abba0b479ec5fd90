package dev.kindling.model.io;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.ModelShape;
import java.util.List;

/** BERT with both of its heads. */
final class BertConfigCodec implements ConfigCodec {
  private static final double DEFAULT_DROPOUT = 0.1;

  @Override
  public String modelType() {
    return "bert";
  }

  @Override
  public String modelClass() {
    return "BertForPreTraining";
  }

  @Override
  public String description() {
    return "a BERT: post-norm, learned positions, two segments, exact GELU, tied embeddings";
  }

  @Override
  public List<String> idsWithDefaults() {
    return List.of(SpecialTokenIds.PADDING);
  }

  @Override
  public boolean canWrite(ModelShape model) {
    return model instanceof BertConfig;
  }

  @Override
  public void write(ModelShape model, ObjectNode json) {
    BertConfig bert = (BertConfig) model;
    json.put("vocab_size", bert.vocabSize());
    json.put("max_position_embeddings", bert.contextLength());
    json.put("hidden_size", bert.embeddingSize());
    json.put("num_hidden_layers", bert.numLayers());
    json.put("num_attention_heads", bert.numHeads());
    json.put("intermediate_size", bert.feedForwardSize());
    json.put("type_vocab_size", BertConfig.NUM_SEGMENTS);
    json.put("hidden_act", "gelu");
    json.put("layer_norm_eps", BertConfig.NORM_EPSILON);
    json.put("position_embedding_type", "absolute");
    json.put("tie_word_embeddings", true);
    json.put("hidden_dropout_prob", bert.dropout());
    json.put("attention_probs_dropout_prob", bert.dropout());
  }

  @Override
  public BertConfig read(ConfigKeys keys) {
    keys.requireText("hidden_act", "gelu");
    keys.requireText("position_embedding_type", "absolute");
    keys.requireNumber("layer_norm_eps", BertConfig.NORM_EPSILON, BertConfig.NORM_EPSILON);
    keys.requireCount("type_vocab_size", BertConfig.NUM_SEGMENTS, BertConfig.NUM_SEGMENTS);
    keys.requireFlag("tie_word_embeddings", true, true);
    keys.requireFlag("is_decoder", false, false);
    keys.requireFlag("add_cross_attention", false, false);
    keys.requireNothing("pruned_heads");
    return new BertConfig(
        keys.count("vocab_size"),
        keys.count("max_position_embeddings"),
        keys.numLayers("num_hidden_layers"),
        keys.count("num_attention_heads"),
        keys.count("hidden_size"),
        keys.count("intermediate_size"),
        keys.dropout("hidden_dropout_prob", DEFAULT_DROPOUT));
  }
}
