package dev.kindling.spark.train;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.arch.ModelShape;
import java.util.Locale;

/** The number of parameters that training can handle. */
public final class ModelSize {
  /** A replica's moments travel as one Java array each, of 4 bytes a parameter. */
  static final long MAX_PARAMETERS = (Integer.MAX_VALUE - 64) / Float.BYTES;

  private ModelSize() {}

  /**
   * P, from the architecture's layout: nothing is allocated.
   *
   * @throws InvalidInputException if it is more than training can handle
   */
  public static long requireTrainable(ModelShape model) {
    long numParameters = model.numParameters();
    if (numParameters > MAX_PARAMETERS) {
      throw new InvalidInputException(
          String.format(Locale.ROOT, "the model has %,d parameters", numParameters),
          String.format(
              Locale.ROOT,
              "at most %,d: every replica trains the whole model, and hands its optimiser's state"
                  + " on in arrays of 2 GiB",
              MAX_PARAMETERS),
          "choose a smaller model.embeddingSize or model.numLayers, or a smaller vocabulary");
    }
    return numParameters;
  }
}
