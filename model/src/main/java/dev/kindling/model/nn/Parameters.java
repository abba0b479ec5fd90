package dev.kindling.model.nn;

import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.nn.ParameterStore.Slice;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.List;

/**
 * Hands out a model's parameters by name, in the type that is computed with: matrices in that of
 * the activations, vectors (biases, gains) and tables of relative positions in the accumulator
 * type.
 */
public final class Parameters {
  private final ParameterStore masters;
  private final ParameterStore matrices;
  private final ParameterStore gradients;
  private final SliceGroup slices;

  /**
   * @param masters the parameters as they are trained, F32 or F64
   * @param matrices the same values in the type of the activations, which may be {@code masters}
   * @param gradients of the masters; null for inference
   * @param slices who holds the rest of the matrices, where this is a slice of them
   */
  public Parameters(
      ParameterStore masters,
      ParameterStore matrices,
      ParameterStore gradients,
      SliceGroup slices) {
    this.masters = masters;
    this.matrices = matrices;
    this.gradients = gradients;
    this.slices = slices;
  }

  /** Parameters of which all is here. */
  public Parameters(ParameterStore masters, ParameterStore matrices, ParameterStore gradients) {
    this(masters, matrices, gradients, SliceGroup.WHOLE);
  }

  /** Parameters that are computed with as they are. */
  public static Parameters of(ParameterStore parameters, ParameterStore gradients) {
    return new Parameters(parameters, parameters, gradients);
  }

  /** Who holds the rest of the matrices. */
  public SliceGroup slices() {
    return slices;
  }

  /** The type of activations and matrices. */
  public DType dtype() {
    return matrices.flat().dtype();
  }

  /** Whether there is a parameter of that name. */
  public boolean contains(String name) {
    return masters.contains(name);
  }

  /** A matrix. */
  public Parameter matrix(String name) {
    return of(matrices, name);
  }

  /** A bias or a gain. */
  public Parameter vector(String name) {
    return of(masters, name);
  }

  /** A bias or a gain, or null if there is none of that name. */
  public Parameter optionalVector(String name) {
    return contains(name) ? vector(name) : null;
  }

  /**
   * Several matrices of as many columns, whose slices follow each other, as one with all their
   * rows.
   *
   * @throws IllegalArgumentException if they do not follow each other
   */
  public Parameter stackedMatrix(List<String> names) {
    return stacked(matrices, names);
  }

  /** Several biases, whose slices follow each other, as one; null if there are none. */
  public Parameter stackedVector(List<String> names) {
    return contains(names.get(0)) ? stacked(masters, names) : null;
  }

  private Parameter of(ParameterStore store, String name) {
    return new Parameter(store.tensor(name), gradients == null ? null : gradients.tensor(name));
  }

  private Parameter stacked(ParameterStore store, List<String> names) {
    List<Slice> slices = names.stream().map(store::slice).toList();
    long numElements = slices.stream().mapToLong(Slice::numElements).sum();
    Slice first = slices.get(0);
    Slice last = slices.get(slices.size() - 1);
    if (last.offset() + last.numElements() != first.offset() + numElements) {
      throw new IllegalArgumentException(
          names + " do not follow each other in the flat vector: " + slices);
    }
    long[] shape = first.shape().stream().mapToLong(Long::longValue).toArray();
    shape[0] = slices.stream().mapToLong(slice -> slice.shape().get(0)).sum();
    Tensor gradient = gradients == null ? null : gradients.flat().slice(first.offset(), shape);
    return new Parameter(store.flat().slice(first.offset(), shape), gradient);
  }
}
