package dev.kindling.model.backend;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.MemorySpace;
import dev.kindling.model.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The contract of the kernels. A kernel reads tensors, writes into tensors that it is given, and
 * allocates nothing that a caller sees. Everything is contiguous unless it is a {@link Matrix} or
 * {@link Heads}; ids are I32. Activations, their gradients and weight matrices of one call share
 * one dtype out of {@link #floatTypes()}; biases, gains, statistics, losses, and all gradients of
 * parameters have its {@linkplain DType#accumulator() accumulator type}, which for BF16 is F32.
 * Arguments are checked by the layers above, not here. What is written may be what is read only
 * where the kernel goes element by element: sums, activations, dropout. {@code …Backward} kernels
 * <em>add</em> to gradients of parameters; what they do to gradients of activations, the {@code
 * accumulate} flag says. A backend is used by one thread at a time, and the same calls on the same
 * bits give the same bits, for the same number of threads.
 *
 * <p>Legend: B = batch, T = sequence length, N = rows (usually B × T tokens), C = embedding size, H
 * = number of heads, D = head size, F = feed-forward size, V = vocabulary size.
 */
public interface Backend extends AutoCloseable {
  /** Chunks of this size reach the speed of one; the gradient of the weights is read in each. */
  long CPU_LOGIT_BYTES = 16L << 20;

  /** The same of a GPU, whose products are fast from far more rows on. */
  long GPU_LOGIT_BYTES = 1L << 30;

  /** The name by which configuration selects it. */
  String name();

  /** The types of activations that its kernels take. */
  Set<DType> floatTypes();

  /** Where the tensors lie that it computes on. */
  default MemorySpace memory() {
    return MemorySpace.HOST;
  }

  /**
   * The same memory for what several backends compute on, each on a thread of its own, and for what
   * is to outlive this one. Who writes there waits with {@link #awaitKernels} before others read.
   */
  default MemorySpace sharedMemory() {
    return memory();
  }

  /**
   * Waits until all kernels that were started have ended: for those who measure time, or hand
   * tensors to another backend. Reading a tensor waits by itself.
   */
  default void awaitKernels() {}

  /**
   * Groups of devices that work on tensors together; empty where tensors lie on the host. Whether
   * it is empty depends on the backend alone, never on the machine: that is what {@link
   * DeviceGroups#obstacle} says.
   */
  default Optional<DeviceGroups> deviceGroups() {
    return Optional.empty();
  }

  /** Whether it has {@link #withTf32}. */
  default boolean hasTf32() {
    return false;
  }

  /**
   * The same backend with products of F32 matrices in TensorFloat-32; closing one closes both.
   *
   * @throws UnsupportedOperationException if it has none
   */
  default Backend withTf32() {
    throw new UnsupportedOperationException("The backend " + name() + " has no TF32");
  }

  /** Bytes of logits that a loss over a vocabulary should make at a time. */
  default long preferredLogitBytes() {
    return CPU_LOGIT_BYTES;
  }

  /**
   * Runs a pass through a model, of which nothing is read before the end. A backend may start all
   * of its kernels at once, as it did when the same kernels ran before.
   *
   * @param pass starts kernels, and allocates the same whenever it is run: it may run twice
   */
  default void runPass(Runnable pass) {
    pass.run();
  }

  /** Sets every element. */
  void fill(Tensor target, double value);

  /** Copies {@code source} to {@code target}, of the same size; F32 and BF16 become each other. */
  void copy(Tensor source, Tensor target);

  /** Copies a matrix to another place, of the same shape and dtype. */
  void copy(Matrix source, Matrix target);

  /** Multiplies every element by {@code factor}. */
  void scaleInPlace(Tensor target, double factor);

  /** target += source. */
  void addInPlace(Tensor target, Tensor source);

  /** sum = left + right. */
  void add(Tensor left, Tensor right, Tensor sum);

  /** The sum of the squares of all elements of an F32 or F64 tensor, accumulated in double. */
  double squaredNorm(Tensor source);

  /**
   * out = left · right (+ bias) (+ out).
   *
   * @param left [M, K]
   * @param right [K, N], of the dtype of {@code left}
   * @param bias [N] of the accumulator type, added to every row, rounded to the dtype of {@code
   *     out} where that is faster; null for none
   * @param out [M, N], of the dtype of {@code left} or its accumulator type; overlaps with no input
   * @param accumulate whether to add to {@code out} instead of overwriting it
   */
  void matmul(Matrix left, Matrix right, Tensor bias, Matrix out, boolean accumulate);

  /** sums[j] += the sum over i of matrix[i, j]: the gradient of a bias, of the accumulator type. */
  void addColumnSums(Matrix matrix, Tensor sums);

  /**
   * output = input · weight + bias.
   *
   * @param input [N, in]
   * @param weight [in, out], in either order of storage
   * @param bias [out] of the accumulator type, or null
   * @param output [N, out]
   */
  default void linearForward(Tensor input, Matrix weight, Tensor bias, Tensor output) {
    matmul(Matrix.of(input), weight, bias, Matrix.of(output), false);
  }

  /**
   * The gradients of {@link #linearForward}.
   *
   * @param outputGradient [N, out]
   * @param input [N, in], as given to forward
   * @param weight [in, out]
   * @param inputGradient [N, in]; null where nobody needs it
   * @param accumulate whether {@code inputGradient} is added to
   * @param weightGradient [in, out] of the accumulator type, stored as {@code weight} is; added to
   * @param biasGradient [out] of the accumulator type, added to; null where there is no bias
   */
  default void linearBackward(
      Tensor outputGradient,
      Tensor input,
      Matrix weight,
      Tensor inputGradient,
      boolean accumulate,
      Matrix weightGradient,
      Tensor biasGradient) {
    Matrix outputGradients = Matrix.of(outputGradient);
    if (inputGradient != null) {
      matmul(outputGradients, weight.transposed(), null, Matrix.of(inputGradient), accumulate);
    }
    if (weight.columnStride() == 1) {
      matmul(Matrix.of(input).transposed(), outputGradients, null, weightGradient, true);
    } else {
      // The transposed product, so that what is written is row-major.
      matmul(
          outputGradients.transposed(), Matrix.of(input), null, weightGradient.transposed(), true);
    }
    if (biasGradient != null) {
      addColumnSums(outputGradients, biasGradient);
    }
  }

  /**
   * Whether {@link #linearActivationForward} and {@link #linearActivationBackward} save passes over
   * memory.
   *
   * @param dtype of the activations
   */
  default boolean fusesWithLinear(Activation activation, DType dtype) {
    return false;
  }

  /**
   * output = activation(linear), linear = input · weight + bias.
   *
   * @param input [N, in]
   * @param weight [in, out], in either order of storage
   * @param bias [out] of the accumulator type, or null
   * @param linear [N, out], written for backward
   * @param output [N, out]
   */
  default void linearActivationForward(
      Tensor input,
      Matrix weight,
      Tensor bias,
      Activation activation,
      Tensor linear,
      Tensor output) {
    linearForward(input, weight, bias, linear);
    activationForward(activation, linear, output);
  }

  /**
   * The gradient of activation(linear) · weight by {@code linear}.
   *
   * @param outputGradient [N, out], of the product
   * @param weight [in, out], in either order of storage
   * @param linear [N, in]
   * @param linearGradient [N, in], overwritten
   */
  default void linearActivationBackward(
      Tensor outputGradient,
      Matrix weight,
      Activation activation,
      Tensor linear,
      Tensor linearGradient) {
    matmul(Matrix.of(outputGradient), weight.transposed(), null, Matrix.of(linearGradient), false);
    activationBackward(activation, linearGradient, linear, linearGradient);
  }

  /**
   * output[i] = table[rows[i]] (+ output[i]): a look-up of embeddings, or a choice of tokens.
   *
   * @param table [R, C]
   * @param rows I32 [N], each from 0 to R - 1, or -1 for a row of zeros
   * @param output [N, C]
   * @param accumulate whether to add to {@code output} instead of overwriting it
   */
  void gatherRows(Tensor table, Tensor rows, Tensor output, boolean accumulate);

  /**
   * tableGradient[rows[i]] += outputGradient[i], in the order of i: the gradient of {@link
   * #gatherRows}.
   *
   * @param outputGradient [N, C]
   * @param rows I32 [N]; -1 adds to none
   * @param tableGradient [R, C], of the dtype of {@code outputGradient} or its accumulator type
   */
  void scatterAddRows(Tensor outputGradient, Tensor rows, Tensor tableGradient);

  /**
   * output = (input - mean) / sqrt(variance + epsilon) · gain + bias, over the last dim (Ba et al.
   * 2016), with the population variance.
   *
   * @param input [N, C]
   * @param gain [C] of the accumulator type
   * @param bias [C] of the accumulator type, or null
   * @param output [N, C]
   * @param mean [N] of the accumulator type, written for backward
   * @param variance [N] of the accumulator type, written for backward
   */
  void layerNormForward(
      Tensor input,
      Tensor gain,
      Tensor bias,
      double epsilon,
      Tensor output,
      Tensor mean,
      Tensor variance);

  /**
   * The gradients of {@link #layerNormForward}.
   *
   * @param outputGradient [N, C]
   * @param inputGradient [N, C]
   * @param accumulate whether {@code inputGradient} is added to
   * @param gainGradient [C], added to
   * @param biasGradient [C], added to; null where there is no bias
   */
  void layerNormBackward(
      Tensor outputGradient,
      Tensor input,
      Tensor gain,
      double epsilon,
      Tensor mean,
      Tensor variance,
      Tensor inputGradient,
      boolean accumulate,
      Tensor gainGradient,
      Tensor biasGradient);

  /**
   * output = input / sqrt(meanSquare + epsilon) · gain, over the last dim (Zhang and Sennrich
   * 2019).
   *
   * @param input [N, C]
   * @param gain [C] of the accumulator type
   * @param output [N, C]
   * @param meanSquare [N] of the accumulator type, written for backward
   */
  void rmsNormForward(Tensor input, Tensor gain, double epsilon, Tensor output, Tensor meanSquare);

  /**
   * The gradients of {@link #rmsNormForward}.
   *
   * @param outputGradient [N, C]
   * @param inputGradient [N, C]
   * @param accumulate whether {@code inputGradient} is added to
   * @param gainGradient [C], added to
   */
  void rmsNormBackward(
      Tensor outputGradient,
      Tensor input,
      Tensor gain,
      double epsilon,
      Tensor meanSquare,
      Tensor inputGradient,
      boolean accumulate,
      Tensor gainGradient);

  /** output = activation(input), element by element; any shape. */
  void activationForward(Activation activation, Tensor input, Tensor output);

  /** inputGradient = outputGradient · activation'(input); overwrites. */
  void activationBackward(
      Activation activation, Tensor outputGradient, Tensor input, Tensor inputGradient);

  /**
   * output = activation(gate) · up (GLU variants, Shazeer 2020); all of one shape.
   *
   * @param gate what the activation is applied to
   * @param up what the gate lets through
   */
  void gatedActivationForward(Activation activation, Tensor gate, Tensor up, Tensor output);

  /**
   * The gradients of {@link #gatedActivationForward}.
   *
   * @param gateGradient overwritten
   * @param upGradient overwritten
   */
  void gatedActivationBackward(
      Activation activation,
      Tensor outputGradient,
      Tensor gate,
      Tensor up,
      Tensor gateGradient,
      Tensor upGradient);

  /**
   * target = source, with elements dropped as {@code dropout} says. Linear, so that its own
   * gradient is the same kernel applied to the gradient.
   *
   * @param target of the shape of {@code source}; may be {@code source} itself
   */
  void dropout(Tensor source, Dropout dropout, Tensor target);

  /**
   * Rotary positions (Su et al. 2021): turns the pair (i, i + D/2) of every head by the angle
   * position · theta^(-2i/D).
   *
   * @param heads changed in place; D is even
   * @param positions I32 [B × T]
   * @param inverse whether to turn back, which is also what its gradient needs
   */
  void rotateInPlace(Heads heads, Tensor positions, double theta, boolean inverse);

  /**
   * Elements that {@link #attentionForward} keeps for the way back, of the accumulator type; 0 for
   * a backend that computes everything anew.
   */
  default long attentionStatistics(AttentionInputs inputs) {
    return 0;
  }

  /**
   * Attention of all heads. Scores exist for a tile of (sequences, heads, query rows) at a time, so
   * memory grows with T.
   *
   * @param output [B × Tq, H · D], each head's D columns together
   * @param statistics [{@link #attentionStatistics}], written for backward; null where there are
   *     none, or no way back
   */
  void attentionForward(AttentionInputs inputs, Tensor output, Tensor statistics);

  /**
   * The gradients of {@link #attentionForward}; the scores are computed anew (as in FlashAttention,
   * Dao et al. 2022).
   *
   * @param outputGradient [B × Tq, H · D]
   * @param output as forward has written it
   * @param statistics as forward has written them; null where there are none
   */
  void attentionBackward(
      Tensor outputGradient,
      AttentionInputs inputs,
      Tensor output,
      Tensor statistics,
      AttentionGradients gradients);

  /**
   * bias[h, q, k] = table[buckets[q, k], h]: T5's relative positions (Raffel et al. 2020).
   *
   * @param table [number of buckets, H] of the accumulator type
   * @param buckets I32 [Tq, Tk]
   * @param bias [H, Tq, Tk] of the accumulator type, overwritten
   */
  void relativeBiasForward(Tensor table, Tensor buckets, Tensor bias);

  /**
   * The gradient of {@link #relativeBiasForward}.
   *
   * @param biasGradient [H, Tq, Tk]
   * @param tableGradient [number of buckets, H], added to
   */
  void relativeBiasBackward(Tensor biasGradient, Tensor buckets, Tensor tableGradient);

  /**
   * losses[i] = -log softmax(scale · hidden[i] · weightᵀ + bias)[targets[i]], in nats; 0 where the
   * target is -1. Logits exist for {@code rowsPerChunk} rows at a time, in the accumulator type.
   *
   * @param hidden [N, C]
   * @param targets I32 [N]; -1 is not counted
   * @param losses [N] of the accumulator type
   */
  void vocabularyLossForward(
      Tensor hidden,
      VocabularyProjection projection,
      Tensor targets,
      int rowsPerChunk,
      Tensor losses);

  /**
   * {@link #vocabularyLossForward} with the gradient of {@code gradientScale} × the sum of the
   * losses, in one pass: the loss ends the network, so its gradient needs nothing from above and
   * the logits are not computed twice (the idea is Liger Kernel's, Hsu et al. 2024).
   *
   * @param hiddenGradient [N, C], overwritten
   */
  void vocabularyLossForwardBackward(
      Tensor hidden,
      VocabularyProjection projection,
      Tensor targets,
      int rowsPerChunk,
      double gradientScale,
      Tensor losses,
      Tensor hiddenGradient);

  /**
   * m = β₁ m + (1 - β₁) g, v = β₂ v + (1 - β₂) g², parameters ← parameters (1 - lr · decay) - lr ·
   * m̂ / (sqrt(v̂) + ε), where g is the scaled gradient and hats are corrected for bias. F32 or
   * F64.
   *
   * @param ranges in order, none empty, without holes, from the first element to the last
   */
  void adamWInPlace(
      Tensor parameters,
      Tensor gradients,
      Tensor firstMoments,
      Tensor secondMoments,
      List<DecayRange> ranges,
      AdamWUpdate update);

  /** Frees native memory; no kernel may be called afterwards. */
  @Override
  void close();
}
