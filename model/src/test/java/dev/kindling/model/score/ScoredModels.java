package dev.kindling.model.score;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.arch.ModelInitializer;
import dev.kindling.model.arch.T5Config;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.Precision;

/** Small models with opinions: their parameters are large enough that tokens are told apart. */
final class ScoredModels {
  static final int VOCAB_SIZE = 41;
  static final int CONTEXT_LENGTH = 40;

  static final GptConfig GPT2 = new GptConfig(VOCAB_SIZE, CONTEXT_LENGTH, 2, 2, 16, true);
  static final GptConfig LLAMA =
      new GptConfig(VOCAB_SIZE, CONTEXT_LENGTH, 2, 4, 16, false, 0, GptOptions.llama(2, 24));
  static final BertConfig BERT = new BertConfig(VOCAB_SIZE, CONTEXT_LENGTH, 2, 2, 16, 32, 0);
  static final T5Config T5 = new T5Config(VOCAB_SIZE, CONTEXT_LENGTH, 2, 2, 2, 16, 8, 32, 0, true);
  static final BartConfig BART = new BartConfig(VOCAB_SIZE, CONTEXT_LENGTH, 2, 2, 2, 16, 32, 0);

  private ScoredModels() {}

  static InferenceModel open(ArchitectureConfig config, Precision precision, Backend backend) {
    InferenceModel model = new InferenceModel(config, precision, backend);
    ModelInitializer.initialize(config, model.parameters(), 5);
    backend.scaleInPlace(model.parameters().flat(), 6);
    return model;
  }

  /** Tokens of no pattern. */
  static int[] tokens(int length, int seed) {
    int[] tokens = new int[length];
    for (int i = 0; i < length; i++) {
      tokens[i] = Math.floorMod((i + 3) * (i + 7 * seed) * 31 + seed * seed, VOCAB_SIZE);
    }
    return tokens;
  }
}
