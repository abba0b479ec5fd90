package dev.kindling.spark.config;

import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.objective.SpecialTokens;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The families of models, each with the objective that it is trained for. */
public enum Architecture {
  /** Decoder only, predicts the next token: GPT-2, or what its options make of it. */
  GPT,
  /** Encoder only, predicts masked tokens (Devlin et al. 2019). */
  BERT,
  /** Encoder-decoder, writes the spans that were left out (Raffel et al. 2020). */
  T5,
  /** Encoder-decoder, writes the whole text that noise was added to (Lewis et al. 2020). */
  BART,
  /** Predicts the next token from a window of tokens (Bengio et al. 2003). */
  FEEDFORWARD,
  /** Predicts the next token by gated causal convolutions (Dauphin et al. 2017). */
  CONVOLUTIONAL,
  /** Predicts the next token from a state (Elman 1990, Mikolov et al. 2010). */
  RECURRENT,
  /** Predicts the next token from gated states (Hochreiter and Schmidhuber 1997). */
  LSTM,
  /** Predicts the next and the previous token, for contextual vectors (Peters et al. 2018). */
  ELMO;

  /** The network of DL4J's layers that this is; empty for the engine's Transformers. */
  public Optional<NetworkConfig.Kind> network() {
    return switch (this) {
      case GPT, BERT, T5, BART -> Optional.empty();
      case FEEDFORWARD -> Optional.of(NetworkConfig.Kind.FEEDFORWARD);
      case CONVOLUTIONAL -> Optional.of(NetworkConfig.Kind.CONVOLUTIONAL);
      case RECURRENT -> Optional.of(NetworkConfig.Kind.RECURRENT);
      case LSTM -> Optional.of(NetworkConfig.Kind.LSTM);
      case ELMO -> Optional.of(NetworkConfig.Kind.ELMO);
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * How many ids the model needs behind those of the tokenizer.
   *
   * @param numOrdinary the number of ids of the tokenizer
   */
  public int numSpecialTokens(int numOrdinary) {
    return switch (this) {
      case GPT, FEEDFORWARD, CONVOLUTIONAL, RECURRENT, LSTM, ELMO -> 0;
      case BERT -> SpecialTokens.Bert.behind(numOrdinary).vocabSize() - numOrdinary;
      case T5 -> SpecialTokens.T5.behind(numOrdinary).vocabSize() - numOrdinary;
      case BART -> SpecialTokens.Bart.behind(numOrdinary).vocabSize() - numOrdinary;
    };
  }

  /**
   * Refuses a setting that means nothing for this architecture.
   *
   * @param value as it was set
   * @param unset what it is where nobody sets it
   * @param owners the architectures that have it
   * @throws IllegalArgumentException if it is set and this is none of the owners
   */
  void requireUnset(String setting, Object value, Object unset, Architecture... owners) {
    if (!value.equals(unset) && !List.of(owners).contains(this)) {
      String names =
          Arrays.stream(owners).map(Architecture::toString).collect(Collectors.joining(" and "));
      throw new IllegalArgumentException(
          setting
              + " is a setting of "
              + names
              + ", but architecture is "
              + this
              + ": leave it out, or choose the architecture that it is for");
    }
  }
}
