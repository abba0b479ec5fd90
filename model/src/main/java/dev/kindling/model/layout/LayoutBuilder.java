package dev.kindling.model.layout;

import dev.kindling.model.nn.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Puts parameters behind each other, and notes for each who needs it. */
public final class LayoutBuilder {
  private final List<Placement> placements = new ArrayList<>();
  private List<Integer> pieces = List.of();
  private long offset;

  /** How the slices of a model share a linear layer. */
  public enum Split {
    /** Every slice has all of it. */
    NONE,
    /** Every slice computes some of the outputs. */
    OUTPUTS,
    /** Every slice reads some of the inputs; the sum of the slices' results is the layer's. */
    INPUTS
  }

  /** One of several linear layers of the same input. */
  public record Projection(String module, long numOutputs) {}

  /** All parameters so far. */
  public ModelLayout build(int numPieces) {
    return new ModelLayout(placements, numPieces);
  }

  /** What follows is used by these pieces. */
  public void usedBy(List<Integer> newPieces) {
    pieces = List.copyOf(newPieces);
  }

  /** What follows is used by one piece. */
  public void usedBy(int piece) {
    usedBy(List.of(piece));
  }

  /** A parameter that every slice has. */
  public void add(String name, long... shape) {
    add(name, Cut.REPLICATED, shape);
  }

  /**
   * A parameter.
   *
   * @throws IllegalArgumentException if there are more elements than 64 bits can count
   */
  public void add(String name, Cut cut, long... shape) {
    ParameterStore.Slice slice =
        new ParameterStore.Slice(name, offset, LongStream.of(shape).boxed().toList());
    try {
      offset = Math.addExact(offset, slice.numElements());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "the model has more parameters than 64 bits can count, at "
              + name
              + " "
              + slice.shape()
              + ": choose smaller sizes",
          e);
    }
    placements.add(new Placement(slice, cut, pieces));
  }

  /** A norm's gain, and its bias if it has one. */
  public void addNorm(String module, long width, boolean bias) {
    add(module + ".weight", width);
    if (bias) {
      add(module + ".bias", width);
    }
  }

  /**
   * A linear layer as GPT-2's Conv1D has it, [in, out].
   *
   * @param numParts what the outputs consist of, such as queries, keys and values
   */
  public void addConv1d(
      String module, Split split, long numInputs, long numOutputs, int numParts, boolean bias) {
    add(module + ".weight", weight(split, 1, numParts), numInputs, numOutputs);
    if (bias) {
      add(module + ".bias", bias(split, numParts), numOutputs);
    }
  }

  /** A linear layer as PyTorch has it, [out, in]. */
  public void addLinear(String module, Split split, long numOutputs, long numInputs, boolean bias) {
    addFused(split, numInputs, bias, new Projection(module, numOutputs));
  }

  /** Linear layers of one input whose weights, and then whose biases, read as one. */
  public void addFused(Split split, long numInputs, boolean bias, Projection... projections) {
    for (Projection projection : projections) {
      add(projection.module() + ".weight", weight(split, 0, 1), projection.numOutputs(), numInputs);
    }
    if (bias) {
      for (Projection projection : projections) {
        add(projection.module() + ".bias", bias(split, 1), projection.numOutputs());
      }
    }
  }

  private static Cut weight(Split split, int outputDim, int numParts) {
    return switch (split) {
      case NONE -> Cut.REPLICATED;
      case OUTPUTS -> Cut.along(outputDim, numParts);
      case INPUTS -> Cut.along(1 - outputDim);
    };
  }

  private static Cut bias(Split split, int numParts) {
    return switch (split) {
      case NONE -> Cut.REPLICATED;
      case OUTPUTS -> Cut.along(0, numParts);
      case INPUTS -> Cut.FIRST_ONLY;
    };
  }
}
