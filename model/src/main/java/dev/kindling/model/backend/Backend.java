package dev.kindling.model.backend;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.Set;

/**
 * The contract of the kernels. A kernel reads tensors, writes into tensors that it is given, and
 * allocates nothing that a caller sees. Floating-point arguments of one call share one dtype out of
 * {@link #floatTypes()}, ids are I32; everything is contiguous unless it is a {@link Matrix}.
 * Arguments are checked by the layers above, not here. {@code …Backward} kernels <em>add</em> to
 * gradients of parameters; what they do to gradients of activations, the {@code accumulate} flag
 * says. A backend is used by one thread at a time, and the same calls on the same bits give the
 * same bits, for the same number of threads.
 *
 * <p>Legend: B = batch, T = sequence length, N = B × T tokens, C = embedding size, H = number of
 * heads, D = C / H, V = vocabulary size.
 */
public interface Backend extends AutoCloseable {
  /** The name by which configuration selects it. */
  String name();

  /** The floating-point types that its kernels take. */
  Set<DType> floatTypes();

  /** Sets every element. */
  void fill(Tensor target, double value);

  /** Copies {@code source} to {@code target}, of the same size. */
  void copy(Tensor source, Tensor target);

  /** Multiplies every element by {@code factor}. */
  void scaleInPlace(Tensor target, double factor);

  /** target += source. */
  void addInPlace(Tensor target, Tensor source);

  /** sum = left + right. */
  void add(Tensor left, Tensor right, Tensor sum);

  /** The sum of the squares of all elements, accumulated in double. */
  double squaredNorm(Tensor source);

  /**
   * out = left · right (+ bias) (+ out).
   *
   * @param left [M, K]
   * @param right [K, N]
   * @param bias [N], added to every row; null for none
   * @param out [M, N]; overlaps with no input
   * @param accumulate whether to add to {@code out} instead of overwriting it
   */
  void matmul(Matrix left, Matrix right, Tensor bias, Matrix out, boolean accumulate);

  /** sums[j] += the sum over i of matrix[i, j]: the gradient of a bias. */
  void addColumnSums(Matrix matrix, Tensor sums);

  /**
   * output = input · weight + bias.
   *
   * @param input [N, in]
   * @param weight [in, out], the layout of GPT-2's Conv1D
   * @param bias [out], or null
   * @param output [N, out]
   */
  default void linearForward(Tensor input, Tensor weight, Tensor bias, Tensor output) {
    matmul(Matrix.of(input), Matrix.of(weight), bias, Matrix.of(output), false);
  }

  /**
   * The gradients of {@link #linearForward}.
   *
   * @param outputGradient [N, out]
   * @param input [N, in], as given to forward
   * @param weight [in, out]
   * @param inputGradient [N, in]
   * @param accumulate whether {@code inputGradient} is added to
   * @param weightGradient [in, out], added to
   * @param biasGradient [out], added to; null where there is no bias
   */
  default void linearBackward(
      Tensor outputGradient,
      Tensor input,
      Tensor weight,
      Tensor inputGradient,
      boolean accumulate,
      Tensor weightGradient,
      Tensor biasGradient) {
    Matrix outputGradients = Matrix.of(outputGradient);
    matmul(
        outputGradients,
        Matrix.of(weight).transposed(),
        null,
        Matrix.of(inputGradient),
        accumulate);
    matmul(Matrix.of(input).transposed(), outputGradients, null, Matrix.of(weightGradient), true);
    if (biasGradient != null) {
      addColumnSums(outputGradients, biasGradient);
    }
  }

  /**
   * output[i] = tokenEmbedding[tokens[i]] + positionEmbedding[i mod T].
   *
   * @param tokens I32 [B, T]
   * @param tokenEmbedding [V, C]
   * @param positionEmbedding [at least T, C]
   * @param output [N, C]
   */
  void embeddingForward(
      Tensor tokens, Tensor tokenEmbedding, Tensor positionEmbedding, Tensor output);

  /**
   * Adds to the gradients of both embeddings, token by token in order.
   *
   * @param outputGradient [N, C]
   * @param tokens I32 [B, T]
   * @param tokenGradient [V, C], added to
   * @param positionGradient [at least T, C], added to
   */
  void embeddingBackward(
      Tensor outputGradient, Tensor tokens, Tensor tokenGradient, Tensor positionGradient);

  /**
   * output = (input - mean) / sqrt(variance + epsilon) · gain + bias, over the last dim (Ba et al.
   * 2016), with the population variance.
   *
   * @param input [N, C]
   * @param gain [C]
   * @param bias [C], or null
   * @param output [N, C]
   * @param mean [N], written for backward
   * @param variance [N], written for backward
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
   * output = GELU(input) in its tanh form (Hendrycks and Gimpel 2016), which is GPT-2's: 0.5 x (1 +
   * tanh(sqrt(2/π) (x + 0.044715 x³))).
   */
  void geluForward(Tensor input, Tensor output);

  /** inputGradient = outputGradient · GELU'(input); overwrites. */
  void geluBackward(Tensor outputGradient, Tensor input, Tensor inputGradient);

  /**
   * Causal self-attention of all heads: softmax(q kᵀ / sqrt(D)) v, where position t sees positions
   * 0…t. Scores exist for a tile of (batch, head, rows) at a time, so memory grows with T.
   *
   * @param qkv [B, T, 3C]: queries, keys, values side by side, each head's D columns together
   * @param numHeads H
   * @param output [N, C]
   */
  void causalAttentionForward(Tensor qkv, int numHeads, Tensor output);

  /**
   * The gradient of {@link #causalAttentionForward}; the scores are computed anew (as in
   * FlashAttention, Dao et al. 2022).
   *
   * @param outputGradient [N, C]
   * @param qkv [B, T, 3C], as given to forward
   * @param qkvGradient [B, T, 3C], overwritten
   */
  void causalAttentionBackward(Tensor outputGradient, Tensor qkv, int numHeads, Tensor qkvGradient);

  /**
   * losses[i] = -log softmax(hidden[i] · weightᵀ)[targets[i]], in nats; 0 where the target is -1.
   * Logits exist for {@code rowsPerChunk} tokens at a time.
   *
   * @param hidden [N, C]
   * @param weight [V, C]
   * @param targets I32 [N]; -1 is not counted
   * @param losses [N]
   */
  void vocabularyLossForward(
      Tensor hidden, Tensor weight, Tensor targets, int rowsPerChunk, Tensor losses);

  /**
   * {@link #vocabularyLossForward} with the gradient of {@code gradientScale} × the sum of the
   * losses, in one pass: the loss ends the network, so its gradient needs nothing from above and
   * the logits are not computed twice (the idea is Liger Kernel's, Hsu et al. 2024).
   *
   * @param hiddenGradient [N, C], overwritten
   * @param weightGradient [V, C], added to
   */
  void vocabularyLossForwardBackward(
      Tensor hidden,
      Tensor weight,
      Tensor targets,
      int rowsPerChunk,
      double gradientScale,
      Tensor losses,
      Tensor hiddenGradient,
      Tensor weightGradient);

  /**
   * m = β₁ m + (1 - β₁) g, v = β₂ v + (1 - β₂) g², parameters ← parameters (1 - lr · decay) - lr ·
   * m̂ / (sqrt(v̂) + ε), where g is the scaled gradient and hats are corrected for bias.
   */
  void adamWInPlace(
      Tensor parameters,
      Tensor gradients,
      Tensor firstMoments,
      Tensor secondMoments,
      AdamWUpdate update);

  /** Frees native memory; no kernel may be called afterwards. */
  @Override
  void close();
}
