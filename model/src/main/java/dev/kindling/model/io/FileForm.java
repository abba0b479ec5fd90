package dev.kindling.model.io;

import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.arch.T5Config;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * How files of an architecture may differ from its flat vector.
 *
 * @param fullName gives the layout's name for an older or shorter one of the same tensor
 * @param ignored tensors that files carry and no model computes with, by their full names
 * @param copies a second name of a tied parameter, and the parameter's own
 * @param zeros what Hugging Face's class has and this model has not: written as zeros, and read
 *     only if there is nothing but zeros in it
 * @param zerosRemedy what to do about one that is not zero
 */
record FileForm(
    UnaryOperator<String> fullName,
    Pattern ignored,
    Map<String, String> copies,
    List<TensorSpec> zeros,
    String zerosRemedy) {

  private static final String OUTPUT_LAYER = "lm_head.weight";
  private static final Pattern NOTHING = Pattern.compile("(?!)");

  /** The form of the files of this model. */
  static FileForm of(ModelShape model) {
    if (model instanceof GptConfig gpt) {
      return gpt.options().isGpt2() ? gpt2(gpt) : llama(gpt);
    }
    if (model instanceof T5Config t5) {
      return t5(t5);
    }
    if (model instanceof BartConfig bart) {
      return bart(bart);
    }
    return model instanceof BertConfig ? bert() : plain();
  }

  /** Files of models that nobody else writes. */
  private static FileForm plain() {
    return new FileForm(UnaryOperator.identity(), NOTHING, Map.of(), List.of(), "");
  }

  /** OpenAI's weights are published under names without a prefix, with the attention masks. */
  private static FileForm gpt2(GptConfig config) {
    return new FileForm(
        name -> withPrefix("transformer.", name),
        Pattern.compile("transformer\\.h\\.\\d+\\.attn\\.(masked_)?bias"),
        Map.of(OUTPUT_LAYER, "transformer.wte.weight"),
        config.bias() ? List.of() : gpt2Biases(config),
        "set \"bias\": true in the model's config.json");
  }

  /** The biases of the same model with {@code bias = true}. */
  private static List<TensorSpec> gpt2Biases(GptConfig config) {
    long width = config.embeddingSize();
    List<TensorSpec> biases = new ArrayList<>();
    for (int layer = 0; layer < config.numLayers(); layer++) {
      String block = "transformer.h." + layer + ".";
      biases.add(vector(block + "ln_1.bias", width));
      biases.add(vector(block + "attn.c_attn.bias", 3 * width));
      biases.add(vector(block + "attn.c_proj.bias", width));
      biases.add(vector(block + "ln_2.bias", width));
      biases.add(vector(block + "mlp.c_fc.bias", config.feedForwardSize()));
      biases.add(vector(block + "mlp.c_proj.bias", width));
    }
    biases.add(vector("transformer.ln_f.bias", width));
    return biases;
  }

  private static FileForm llama(GptConfig config) {
    GptOptions options = config.options();
    return new FileForm(
        UnaryOperator.identity(),
        options.positions() == GptOptions.Positions.ROTARY
            ? Pattern.compile("model\\.layers\\.\\d+\\.self_attn\\.rotary_emb\\.inv_freq")
            : NOTHING,
        options.tiedEmbeddings() ? Map.of(OUTPUT_LAYER, "model.embed_tokens.weight") : Map.of(),
        List.of(),
        "");
  }

  /** Google's files call a norm's gain gamma and its bias beta. */
  private static FileForm bert() {
    return new FileForm(
        name ->
            name.replaceFirst("LayerNorm\\.gamma$", "LayerNorm.weight")
                .replaceFirst("LayerNorm\\.beta$", "LayerNorm.bias"),
        Pattern.compile("bert\\.embeddings\\.(position|token_type)_ids"),
        Map.of(
            "cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight",
            "cls.predictions.decoder.bias", "cls.predictions.bias"),
        List.of(),
        "");
  }

  /** Published files have a position bias of cross-attention that was never used. */
  private static FileForm t5(T5Config config) {
    Map<String, String> copies = new HashMap<>();
    copies.put("encoder.embed_tokens.weight", "shared.weight");
    copies.put("decoder.embed_tokens.weight", "shared.weight");
    if (!config.gated()) {
      copies.put(OUTPUT_LAYER, "shared.weight");
    }
    return new FileForm(
        UnaryOperator.identity(),
        Pattern.compile(
            "decoder\\.block\\.0\\.layer\\.1\\.EncDecAttention\\.relative_attention_bias\\.weight"),
        Map.copyOf(copies),
        List.of(),
        "");
  }

  /** The base model is published without a prefix. Hugging Face adds a bias to the logits. */
  private static FileForm bart(BartConfig config) {
    String bias = "final_logits_bias";
    String shared = "model.shared.weight";
    return new FileForm(
        name -> name.equals(bias) ? name : withPrefix("model.", name),
        Pattern.compile("model\\.(en|de)coder\\.version"),
        Map.of(
            OUTPUT_LAYER,
            shared,
            "model.encoder.embed_tokens.weight",
            shared,
            "model.decoder.embed_tokens.weight",
            shared),
        List.of(new TensorSpec(bias, SafetensorsDType.F32, List.of(1L, (long) config.vocabSize()))),
        "give a model without a bias on its logits, as BART is pretrained");
  }

  private static String withPrefix(String prefix, String name) {
    return name.startsWith(prefix) || name.equals(OUTPUT_LAYER) ? name : prefix + name;
  }

  private static TensorSpec vector(String name, long size) {
    return new TensorSpec(name, SafetensorsDType.F32, List.of(size));
  }
}
