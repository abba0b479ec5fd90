package dev.kindling.spark.parallel.schedule;

import java.io.Serializable;

/**
 * One thing that a rank of a pipeline does.
 *
 * @param kind forwards or backwards
 * @param chunk which of the rank's chunks of the model; 0 where it has one
 * @param microBatch which part of the batch
 */
public record Action(Kind kind, int chunk, int microBatch) implements Serializable {
  /** The two ways through a model. */
  public enum Kind {
    /** From the tokens to the loss. */
    FORWARD,
    /** Back, to the gradients. */
    BACKWARD
  }

  /** A forward pass. */
  public static Action forward(int chunk, int microBatch) {
    return new Action(Kind.FORWARD, chunk, microBatch);
  }

  /** A backward pass. */
  public static Action backward(int chunk, int microBatch) {
    return new Action(Kind.BACKWARD, chunk, microBatch);
  }
}
