package dev.kindling.model.arch;

import dev.kindling.model.nn.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Puts slices behind each other. */
final class LayoutBuilder {
  private final List<ParameterStore.Slice> slices = new ArrayList<>();
  private long offset;

  /** The slices so far. */
  List<ParameterStore.Slice> slices() {
    return List.copyOf(slices);
  }

  void add(String name, long... shape) {
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
    slices.add(slice);
  }

  /** A norm's gain, and its bias if it has one. */
  void addNorm(String module, long width, boolean bias) {
    add(module + ".weight", width);
    if (bias) {
      add(module + ".bias", width);
    }
  }

  /** A linear layer as GPT-2's Conv1D has it, [in, out]. */
  void addConv1d(String module, long numInputs, long numOutputs, boolean bias) {
    add(module + ".weight", numInputs, numOutputs);
    if (bias) {
      add(module + ".bias", numOutputs);
    }
  }

  /** A linear layer as PyTorch has it, [out, in]. */
  void addLinear(String module, long numOutputs, long numInputs, boolean bias) {
    addFused(numInputs, bias, new Projection(module, numOutputs));
  }

  /** Linear layers of one input whose weights, and then whose biases, read as one. */
  void addFused(long numInputs, boolean bias, Projection... projections) {
    for (Projection projection : projections) {
      add(projection.module() + ".weight", projection.numOutputs(), numInputs);
    }
    if (bias) {
      for (Projection projection : projections) {
        add(projection.module() + ".bias", projection.numOutputs());
      }
    }
  }

  /** One of several linear layers of the same input. */
  record Projection(String module, long numOutputs) {}
}
