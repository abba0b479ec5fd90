package dev.kindling.model.arch;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.nn.Parameters;

/** An architecture, bound to its parameters. */
public sealed interface LanguageModel permits Decoder, Bert {
  /**
   * Binds the architecture that {@code config} describes.
   *
   * @param parameters of {@link ArchitectureConfig#layout}
   */
  static LanguageModel bind(ArchitectureConfig config, Parameters parameters) {
    // A sealed switch on types is a preview in Java 17.
    if (config instanceof GptConfig gpt) {
      return new Gpt(gpt, parameters);
    }
    if (config instanceof BertConfig bert) {
      return new Bert(bert, parameters);
    }
    if (config instanceof T5Config t5) {
      return new T5(t5, parameters);
    }
    return new Bart((BartConfig) config, parameters);
  }

  /**
   * The losses of a batch; records the gradient of their scaled sum.
   *
   * @throws IllegalArgumentException if the batch is of another kind, or longer than the context
   */
  Losses losses(Tape tape, Batch batch, LossScale scale);
}
