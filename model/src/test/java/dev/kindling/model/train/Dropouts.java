package dev.kindling.model.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.T5Config;

/** Configurations that differ in their dropout. */
public final class Dropouts {
  private Dropouts() {}

  /** The same model with another dropout rate. */
  public static ArchitectureConfig with(ArchitectureConfig config, double dropout) {
    if (config instanceof GptConfig gpt) {
      return new GptConfig(
          gpt.vocabSize(),
          gpt.contextLength(),
          gpt.numLayers(),
          gpt.numHeads(),
          gpt.embeddingSize(),
          gpt.bias(),
          dropout,
          gpt.options());
    }
    if (config instanceof BertConfig bert) {
      return new BertConfig(
          bert.vocabSize(),
          bert.contextLength(),
          bert.numLayers(),
          bert.numHeads(),
          bert.embeddingSize(),
          bert.feedForwardSize(),
          dropout);
    }
    if (config instanceof T5Config t5) {
      return new T5Config(
          t5.vocabSize(),
          t5.contextLength(),
          t5.numLayers(),
          t5.numDecoderLayers(),
          t5.numHeads(),
          t5.embeddingSize(),
          t5.headSize(),
          t5.feedForwardSize(),
          dropout,
          t5.gated());
    }
    BartConfig bart = (BartConfig) config;
    return new BartConfig(
        bart.vocabSize(),
        bart.contextLength(),
        bart.numLayers(),
        bart.numDecoderLayers(),
        bart.numHeads(),
        bart.embeddingSize(),
        bart.feedForwardSize(),
        dropout);
  }
}
