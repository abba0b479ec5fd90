package dev.kindling.model.io;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.arch.T5Config;
import java.util.List;

/** T5 1.0 and 1.1. */
final class T5ConfigCodec implements ConfigCodec {
  private static final String PLAIN = "relu";
  private static final String GATED = "gated-gelu";
  private static final double DEFAULT_DROPOUT = 0.1;

  /** T5 was trained on 512 tokens; no parameter depends on it, and version 1.1 does not say it. */
  private static final int DEFAULT_CONTEXT_LENGTH = 512;

  @Override
  public String modelType() {
    return "t5";
  }

  @Override
  public String modelClass() {
    return "T5ForConditionalGeneration";
  }

  @Override
  public String description() {
    return "a T5: version 1.0, with ReLU and tied embeddings, or version 1.1, with gated GELU and"
        + " untied ones; 32 relative position buckets up to distance 128";
  }

  @Override
  public List<String> idsWithDefaults() {
    return List.of(
        SpecialTokenIds.END_OF_TEXT, SpecialTokenIds.PADDING, SpecialTokenIds.DECODER_START);
  }

  @Override
  public boolean canWrite(ModelShape model) {
    return model instanceof T5Config;
  }

  @Override
  public void write(ModelShape model, ObjectNode json) {
    T5Config t5 = (T5Config) model;
    json.put("vocab_size", t5.vocabSize());
    json.put("n_positions", t5.contextLength());
    json.put("d_model", t5.embeddingSize());
    json.put("d_kv", t5.headSize());
    json.put("d_ff", t5.feedForwardSize());
    json.put("num_layers", t5.numLayers());
    json.put("num_decoder_layers", t5.numDecoderLayers());
    json.put("num_heads", t5.numHeads());
    json.put("relative_attention_num_buckets", T5Config.NUM_POSITION_BUCKETS);
    json.put("relative_attention_max_distance", T5Config.MAX_POSITION_DISTANCE);
    json.put("feed_forward_proj", t5.gated() ? GATED : PLAIN);
    json.put("layer_norm_epsilon", T5Config.NORM_EPSILON);
    json.put("tie_word_embeddings", !t5.gated());
    json.put("is_encoder_decoder", true);
    json.put("dropout_rate", t5.dropout());
  }

  @Override
  public T5Config read(ConfigKeys keys) {
    boolean gated = keys.text("feed_forward_proj", List.of(PLAIN, GATED), PLAIN).equals(GATED);
    // Three keys that say again what feed_forward_proj has said, or contradict it.
    keys.requireText("dense_act_fn", gated ? "gelu_new" : "relu");
    keys.requireFlag("is_gated_act", gated, gated);
    keys.requireFlag("tie_word_embeddings", !gated, true);
    keys.requireFlag("scale_decoder_outputs", !gated, !gated);
    keys.requireNumber("layer_norm_epsilon", T5Config.NORM_EPSILON, T5Config.NORM_EPSILON);
    int numBuckets = T5Config.NUM_POSITION_BUCKETS;
    keys.requireCount("relative_attention_num_buckets", numBuckets, numBuckets);
    int maxDistance = T5Config.MAX_POSITION_DISTANCE;
    keys.requireCount("relative_attention_max_distance", maxDistance, maxDistance);
    keys.requireFlag("is_encoder_decoder", true, true);
    keys.requireFlag("is_decoder", false, false);
    keys.requireNothing("pruned_heads");
    int numLayers = keys.numLayers("num_layers");
    return new T5Config(
        keys.count("vocab_size"),
        keys.count("n_positions", DEFAULT_CONTEXT_LENGTH),
        numLayers,
        keys.numLayers("num_decoder_layers", numLayers),
        keys.count("num_heads"),
        keys.count("d_model"),
        keys.count("d_kv"),
        keys.count("d_ff"),
        keys.dropout("dropout_rate", DEFAULT_DROPOUT),
        gated);
  }
}
