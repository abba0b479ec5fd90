package dev.kindling.model.io;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.model.arch.ModelShape;
import java.util.List;
import java.util.Optional;

/** How one {@code model_type} spells a configuration out. */
sealed interface ConfigCodec
    permits Gpt2ConfigCodec,
        LlamaConfigCodec,
        KindlingGptConfigCodec,
        BertConfigCodec,
        T5ConfigCodec,
        BartConfigCodec,
        NetworkConfigCodec {

  /** All of them. The first that can write a configuration does. */
  List<ConfigCodec> ALL =
      List.of(
          new Gpt2ConfigCodec(),
          new LlamaConfigCodec(),
          new KindlingGptConfigCodec(),
          new BertConfigCodec(),
          new T5ConfigCodec(),
          new BartConfigCodec(),
          new NetworkConfigCodec());

  /** The value of {@code model_type}. */
  String modelType();

  /** The class that Hugging Face loads the model with, the value of {@code architectures}. */
  String modelClass();

  /** What such a model is, in a few words, for error messages. */
  String description();

  /** The ids that Hugging Face makes up where the file does not say that there are none. */
  List<String> idsWithDefaults();

  /** Whether this spells {@code model} out in full. */
  boolean canWrite(ModelShape model);

  /** Adds the keys of a model that {@link #canWrite} accepts. */
  void write(ModelShape model, ObjectNode json);

  /**
   * Reads the shape, and notes everything that would make the model compute something else.
   *
   * @throws IllegalArgumentException if the numbers do not go together
   */
  ModelShape read(ConfigKeys keys);

  /** The codec of a {@code model_type}. */
  static Optional<ConfigCodec> find(String modelType) {
    return ALL.stream().filter(codec -> codec.modelType().equals(modelType)).findFirst();
  }

  /** The codec for a configuration. */
  static ConfigCodec of(ModelShape model) {
    return ALL.stream().filter(codec -> codec.canWrite(model)).findFirst().orElseThrow();
  }
}
