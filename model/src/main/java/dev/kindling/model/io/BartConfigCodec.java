package dev.kindling.model.io;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.ModelShape;
import java.util.List;

/** BART. */
final class BartConfigCodec implements ConfigCodec {
  private static final double DEFAULT_DROPOUT = 0.1;

  @Override
  public String modelType() {
    return "bart";
  }

  @Override
  public String modelClass() {
    return "BartForConditionalGeneration";
  }

  @Override
  public String description() {
    return "a BART: post-norm, learned positions, a norm behind the embeddings, exact GELU, tied"
        + " embeddings without a scale, equal heads and inner widths on both sides";
  }

  @Override
  public List<String> idsWithDefaults() {
    return List.of(
        SpecialTokenIds.BEGIN_OF_TEXT,
        SpecialTokenIds.END_OF_TEXT,
        SpecialTokenIds.PADDING,
        SpecialTokenIds.DECODER_START);
  }

  @Override
  public boolean canWrite(ModelShape model) {
    return model instanceof BartConfig;
  }

  @Override
  public void write(ModelShape model, ObjectNode json) {
    BartConfig bart = (BartConfig) model;
    json.put("vocab_size", bart.vocabSize());
    json.put("max_position_embeddings", bart.contextLength());
    json.put("d_model", bart.embeddingSize());
    json.put("encoder_layers", bart.numLayers());
    json.put("decoder_layers", bart.numDecoderLayers());
    json.put("encoder_attention_heads", bart.numHeads());
    json.put("decoder_attention_heads", bart.numHeads());
    json.put("encoder_ffn_dim", bart.feedForwardSize());
    json.put("decoder_ffn_dim", bart.feedForwardSize());
    json.put("activation_function", "gelu");
    json.put("scale_embedding", false);
    json.put("tie_word_embeddings", true);
    json.put("is_encoder_decoder", true);
    json.put("dropout", bart.dropout());
    json.put("attention_dropout", bart.dropout());
    json.put("activation_dropout", 0.0);
  }

  @Override
  public BartConfig read(ConfigKeys keys) {
    keys.requireText("activation_function", "gelu");
    keys.requireFlag("scale_embedding", false, false);
    keys.requireFlag("tie_word_embeddings", true, true);
    keys.requireFlag("is_encoder_decoder", true, true);
    keys.requireFlag("is_decoder", false, false);
    // Keys of older files, in which one class was also mBART, Marian and Pegasus.
    keys.requireFlag("normalize_before", false, false);
    keys.requireFlag("normalize_embedding", true, true);
    keys.requireFlag("add_final_layer_norm", false, false);
    keys.requireFlag("add_bias_logits", false, false);
    keys.requireFlag("static_position_embeddings", false, false);
    int offset = BartConfig.POSITION_OFFSET;
    keys.requireCount("extra_pos_embeddings", offset, offset);
    keys.requireNothing("pruned_heads");
    int numHeads = keys.count("encoder_attention_heads");
    keys.requireCount("decoder_attention_heads", numHeads, numHeads);
    int feedForwardSize = keys.count("encoder_ffn_dim");
    keys.requireCount("decoder_ffn_dim", feedForwardSize, feedForwardSize);
    return new BartConfig(
        keys.count("vocab_size"),
        keys.count("max_position_embeddings"),
        keys.numLayers("encoder_layers"),
        keys.numLayers("decoder_layers"),
        numHeads,
        keys.count("d_model"),
        feedForwardSize,
        keys.dropout("dropout", DEFAULT_DROPOUT));
  }
}
