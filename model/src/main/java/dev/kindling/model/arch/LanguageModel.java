package dev.kindling.model.arch;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.layout.PieceRange;
import dev.kindling.model.nn.Parameters;
import dev.kindling.model.tensor.Tensor;
import java.util.List;

/** An architecture, bound to its parameters. */
public sealed interface LanguageModel permits Decoder, Bert {
  /**
   * Binds the architecture that {@code config} describes.
   *
   * @param parameters of {@link ArchitectureConfig#layout}
   */
  static LanguageModel bind(ArchitectureConfig config, Parameters parameters) {
    return bind(config, parameters, config.placements().allPieces());
  }

  /**
   * Binds some pieces of the architecture.
   *
   * @param parameters those that {@code pieces} use, or all
   */
  static LanguageModel bind(ArchitectureConfig config, Parameters parameters, PieceRange pieces) {
    // A sealed switch on types is a preview in Java 17.
    if (config instanceof GptConfig gpt) {
      return new Gpt(gpt, parameters, pieces);
    }
    if (config instanceof BertConfig bert) {
      return new Bert(bert, parameters, pieces);
    }
    if (config instanceof T5Config t5) {
      return new T5(t5, parameters, pieces);
    }
    return new Bart((BartConfig) config, parameters, pieces);
  }

  /**
   * The losses of a batch; records the gradient of their scaled sum.
   *
   * @throws IllegalArgumentException if the batch is of another kind, or longer than the context
   */
  default Losses losses(Tape tape, Batch batch, LossScale scale) {
    return forward(tape, batch, Flow.NOTHING, scale).losses();
  }

  /**
   * Runs the pieces that are here.
   *
   * @param batch the whole of it, whichever pieces these are
   * @param before what the pieces before these have handed over, in the shapes of {@link
   *     #inputShapes}
   * @throws IllegalArgumentException if the batch is of another kind, or longer than the context
   */
  Flow forward(Tape tape, Batch batch, Flow before, LossScale scale);

  /**
   * What the model makes of some sequences, before any head: the hidden states of a decoder behind
   * its final norm, those of an encoder, and of an encoder-decoder those that its decoder looks at.
   * All pieces are here.
   *
   * @param tape a forward-only tape
   * @param tokens [B × T], each sequence with padding behind it
   * @param lengths [B]: tokens of each sequence
   * @return [B × T, C]; rows of padding have no meaning
   * @throws IllegalArgumentException if T is longer than the context
   */
  Tensor hiddenStates(Tape tape, int[] tokens, int[] lengths);

  /** The shapes of the variables that the first piece here gets; they have the matrices' type. */
  List<long[]> inputShapes(Batch batch);
}
