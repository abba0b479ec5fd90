package dev.kindling.model.backend;

import dev.kindling.model.tensor.Arena;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The tensors of one call of a kernel. The same calls in the same order give the same values,
 * whatever the dtype, so runs on several backends can be compared. Tensors start at odd offsets
 * inside larger ones, where nothing is aligned.
 */
final class KernelRun implements AutoCloseable {
  private static final int OFFSET = 3;

  private final DType dtype;
  private final Arena arena = new Arena();
  private final Random random = new Random(11);
  private final List<Tensor> outputs = new ArrayList<>();

  KernelRun(DType dtype) {
    this.dtype = dtype;
  }

  /** Normal values, rounded to F32 so that all dtypes hold the same. */
  Tensor input(long... shape) {
    Tensor tensor = allocate(shape);
    double[] values = new double[(int) tensor.numElements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    tensor.setDoubles(values);
    return tensor;
  }

  /** Values of at least 0.1, for variances and second moments. */
  Tensor positiveInput(long... shape) {
    Tensor tensor = input(shape);
    double[] values = tensor.toDoubles();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.1 + Math.abs(values[i]));
    }
    tensor.setDoubles(values);
    return tensor;
  }

  /** A result that the kernel overwrites: not a number before. */
  Tensor overwritten(long... shape) {
    Tensor tensor = allocate(shape);
    double[] values = new double[(int) tensor.numElements()];
    Arrays.fill(values, Double.NaN);
    tensor.setDoubles(values);
    outputs.add(tensor);
    return tensor;
  }

  /** A result that the kernel adds to or changes in place. */
  Tensor updated(long... shape) {
    Tensor tensor = input(shape);
    outputs.add(tensor);
    return tensor;
  }

  /** Watches a tensor that the kernel changes in place. */
  Tensor watch(Tensor tensor) {
    outputs.add(tensor);
    return tensor;
  }

  Tensor ids(int lowest, int bound, long... shape) {
    Tensor tensor = arena.allocate(DType.I32, shape);
    int[] values = new int[(int) tensor.numElements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = lowest + random.nextInt(bound - lowest);
    }
    tensor.write(0, values, 0, values.length);
    return tensor;
  }

  List<double[]> results() {
    return outputs.stream().map(Tensor::toDoubles).toList();
  }

  private Tensor allocate(long... shape) {
    long numElements = Tensor.numElements(shape);
    return arena.allocate(dtype, numElements + OFFSET).slice(OFFSET, shape);
  }

  @Override
  public void close() {
    arena.close();
  }
}
