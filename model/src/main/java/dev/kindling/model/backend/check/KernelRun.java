package dev.kindling.model.backend.check;

import dev.kindling.model.tensor.Arena;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.MemorySpace;
import dev.kindling.model.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The tensors of one call of a kernel. The same calls in the same order give the same values on
 * every backend and in every dtype that holds them. Tensors lie inside larger ones, between
 * elements that no kernel may change.
 */
public final class KernelRun implements AutoCloseable {
  /** Tensors start at odd elements then, where nothing is aligned. */
  public static final int ODD_GUARD = 3;

  /** Tensors start where vectors of any width may be read. */
  public static final int ALIGNED_GUARD = 32;

  private static final double GUARD_VALUE = -77;

  /** What a kernel wrote. */
  public static final class Result {
    private final double[] values;
    private final Exactness exactness;

    private Result(Output output) {
      values = output.tensor().toDoubles();
      exactness = output.exactness();
    }

    /** Its elements. */
    public double[] values() {
      return values;
    }

    /** How exact they have to be. */
    public Exactness exactness() {
      return exactness;
    }
  }

  private record Output(Tensor tensor, Exactness exactness) {}

  private final DType dtype;
  private final DType precision;
  private final int guard;
  private final Arena arena;
  private final Random random;
  private final List<Output> outputs = new ArrayList<>();
  private final List<Tensor> guards = new ArrayList<>();

  /**
   * A run in {@code dtype} on values that {@code precision} holds too.
   *
   * @param space of the backend that computes
   * @param guard elements before and behind each tensor: {@link #ODD_GUARD} or {@link
   *     #ALIGNED_GUARD}
   * @param seed of the values
   */
  public KernelRun(MemorySpace space, DType dtype, DType precision, int guard, long seed) {
    this.random = new Random(seed);
    this.guard = guard;
    this.arena = new Arena(space);
    this.dtype = dtype;
    this.precision = precision;
  }

  /** Normal activations. */
  public Tensor input(long... shape) {
    return filled(dtype, precision, gaussians(0, shape), shape);
  }

  /** Activations with a mean far from 0 for their deviation of 1. */
  public Tensor inputAround(double mean, long... shape) {
    return filled(dtype, precision, gaussians(mean, shape), shape);
  }

  /** Normal biases, gains and other parameters of the accumulator type. */
  public Tensor parameter(long... shape) {
    return filled(dtype.accumulator(), precision.accumulator(), gaussians(0, shape), shape);
  }

  /** Biases of the accumulator type, which products may round to that of the activations. */
  public Tensor bias(long... shape) {
    return filled(dtype.accumulator(), precision, gaussians(0, shape), shape);
  }

  /** Parameters of at least 0.1, such as second moments. */
  public Tensor positiveParameter(long... shape) {
    double[] values = gaussians(0, shape);
    Arrays.setAll(values, i -> 0.1 + Math.abs(values[i]));
    return filled(dtype.accumulator(), precision.accumulator(), values, shape);
  }

  /** Activations that the kernel overwrites: not a number before. */
  public Tensor overwritten(long... shape) {
    return watch(filled(dtype, dtype, notNumbers(shape), shape), Exactness.ACTIVATION);
  }

  /** Statistics, losses or parameters that the kernel overwrites: not a number before. */
  public Tensor overwrittenSum(long... shape) {
    DType type = dtype.accumulator();
    return watch(filled(type, type, notNumbers(shape), shape), Exactness.SUM);
  }

  /** What a backend keeps between two kernels, which is no result. */
  public Tensor kept(long size) {
    DType type = dtype.accumulator();
    return filled(type, type, notNumbers(size), size);
  }

  /** Activations that the kernel adds to, changes in place, or overwrites in part. */
  public Tensor updated(long... shape) {
    return watch(input(shape), Exactness.ACTIVATION);
  }

  /** Parameters or their gradients that the kernel adds to or changes in place. */
  public Tensor updatedSum(long... shape) {
    return watch(parameter(shape), Exactness.SUM);
  }

  /** Gradients of parameters that the kernel adds products of rounded values to. */
  public Tensor updatedSumOfRounded(long... shape) {
    return watch(parameter(shape), Exactness.SUM_OF_ROUNDED);
  }

  /** Counts a tensor, which the kernel changes, among the results. */
  public Tensor watch(Tensor tensor, Exactness exactness) {
    outputs.add(new Output(tensor, exactness));
    return tensor;
  }

  /** Ids from {@code lowest} to below {@code bound}. */
  public Tensor ids(int lowest, int bound, long... shape) {
    int[] values = new int[(int) Tensor.numElements(shape)];
    Arrays.setAll(values, i -> lowest + random.nextInt(bound - lowest));
    return ids(values, shape);
  }

  /** These ids. */
  public Tensor ids(int[] values, long... shape) {
    Tensor tensor = arena.allocate(DType.I32, shape);
    tensor.write(0, values, 0, values.length);
    return tensor;
  }

  /**
   * What the kernels wrote, once it is sure that they wrote nowhere else.
   *
   * @throws IllegalStateException if they did
   */
  public List<Result> results() {
    for (Tensor guard : guards) {
      for (double value : guard.toDoubles()) {
        if (value != GUARD_VALUE) {
          throw new IllegalStateException(
              "A kernel wrote " + value + " beside a tensor, where " + GUARD_VALUE + " was");
        }
      }
    }
    return outputs.stream().map(Result::new).toList();
  }

  private double[] gaussians(double mean, long... shape) {
    double[] values = new double[(int) Tensor.numElements(shape)];
    Arrays.setAll(values, i -> mean + random.nextGaussian());
    return values;
  }

  private static double[] notNumbers(long... shape) {
    double[] values = new double[(int) Tensor.numElements(shape)];
    Arrays.fill(values, Double.NaN);
    return values;
  }

  private Tensor filled(DType type, DType rounding, double[] values, long... shape) {
    Tensor rounded = arena.allocate(rounding, shape);
    rounded.setDoubles(values);
    Tensor all = arena.allocate(type, guard + values.length + guard);
    guards.add(guarding(all.slice(0, guard)));
    guards.add(guarding(all.slice(guard + values.length, guard)));
    Tensor tensor = all.slice(guard, shape);
    tensor.setDoubles(rounded.toDoubles());
    return tensor;
  }

  private static Tensor guarding(Tensor tensor) {
    double[] values = new double[Math.toIntExact(tensor.numElements())];
    Arrays.fill(values, GUARD_VALUE);
    tensor.setDoubles(values);
    return tensor;
  }

  @Override
  public void close() {
    arena.close();
  }
}
