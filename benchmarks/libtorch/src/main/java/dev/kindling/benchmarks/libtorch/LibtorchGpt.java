package dev.kindling.benchmarks.libtorch;

import dev.kindling.benchmarks.limit.Precision;
import dev.kindling.benchmarks.trainstep.StepConfiguration;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * GPT-2's forward, for libtorch's autograd: fused queries, keys and values, scaled dot-product
 * attention, GELU with tanh, tied embeddings. B = batch, T = length, C = width, H = heads, V =
 * vocabulary.
 *
 * <p>A handle that Java holds keeps its tensor alive. So every block closes its own, and what
 * autograd does not need is freed as early as it is in Python.
 */
final class LibtorchGpt {
  private static final double DEVIATION = 0.02;
  private static final double EPSILON = 1e-5;

  private final StepConfiguration configuration;
  private final Precision precision;
  private final Tensor tokenEmbedding;
  private final Tensor positionEmbedding;
  private final List<Block> blocks = new ArrayList<>();
  private final Norm finalNorm;
  private final Tensor positions;
  private final TensorOptional noMask = new TensorOptional();
  private final DoubleOptional defaultScale = new DoubleOptional();

  private record Linear(Tensor weight, TensorOptional bias) {
    Tensor forward(Tensor x) {
      return torch.linear(x, weight, bias);
    }
  }

  private record Norm(long width, TensorOptional gain, TensorOptional bias) {
    Tensor forward(Tensor x) {
      return torch.layer_norm(x, new long[] {width}, gain, bias, EPSILON, true);
    }
  }

  private record Block(
      Norm attentionNorm,
      Linear queriesKeysValues,
      Linear attentionOutput,
      Norm feedForwardNorm,
      Linear expand,
      Linear contract) {}

  LibtorchGpt(StepConfiguration configuration, Precision precision, LibtorchParameters parameters) {
    this.configuration = configuration;
    this.precision = precision;
    int width = configuration.width();
    // GPT-2: projections onto the residual stream start smaller, the more of them there are.
    double residualDeviation = DEVIATION / Math.sqrt(2.0 * configuration.numLayers());
    tokenEmbedding = parameters.matrix(DEVIATION, configuration.vocabSize(), width);
    positionEmbedding = parameters.matrix(DEVIATION, configuration.length(), width);
    for (int layer = 0; layer < configuration.numLayers(); layer++) {
      blocks.add(
          new Block(
              norm(parameters),
              linear(parameters, DEVIATION, width, 3L * width),
              linear(parameters, residualDeviation, width, width),
              norm(parameters),
              linear(parameters, DEVIATION, width, 4L * width),
              linear(parameters, residualDeviation, 4L * width, width)));
    }
    finalNorm = norm(parameters);
    positions = torch.arange(new Scalar(configuration.length())).to(torch.ScalarType.Long);
  }

  private static Linear linear(
      LibtorchParameters parameters, double deviation, long inputs, long outputs) {
    return new Linear(
        parameters.matrix(deviation, outputs, inputs),
        new TensorOptional(parameters.zeros(outputs)));
  }

  private Norm norm(LibtorchParameters parameters) {
    long width = configuration.width();
    return new Norm(
        width,
        new TensorOptional(parameters.ones(width)),
        new TensorOptional(parameters.zeros(width)));
  }

  /**
   * The loss.
   *
   * @param inputs ids [B, T]
   * @param targets ids [B · T]
   * @return mean cross-entropy, a scalar, owned by {@code owner}
   */
  Tensor loss(PointerScope owner, Tensor inputs, Tensor targets) {
    try (PointerScope scope = new PointerScope()) {
      Tensor hidden = embed(inputs);
      for (Block block : blocks) {
        hidden = block(scope, block, hidden);
      }
      Tensor logits = torch.linear(finalNorm.forward(hidden), tokenEmbedding);
      Tensor flat = logits.view(configuration.numTokens(), configuration.vocabSize());
      return handOver(torch.cross_entropy_loss(flat, targets), scope, owner);
    }
  }

  private Tensor embed(Tensor inputs) {
    return torch
        .embedding(tokenEmbedding, inputs)
        .add(torch.embedding(positionEmbedding, positions));
  }

  private Tensor block(PointerScope owner, Block block, Tensor x) {
    try (PointerScope scope = new PointerScope()) {
      Tensor attended = attend(block.queriesKeysValues.forward(block.attentionNorm.forward(x)));
      Tensor middle = x.add(block.attentionOutput.forward(attended));
      Tensor expanded = block.expand.forward(block.feedForwardNorm.forward(middle));
      Tensor contracted = block.contract.forward(torch.gelu(expanded, "tanh"));
      return handOver(middle.add(contracted), scope, owner);
    }
  }

  /**
   * Causal attention, always in FP32: under autocast it would run in BF16, whose small matmuls are
   * so slow in libtorch on CPUs without AMX that the whole step takes three times as long.
   *
   * @param queriesKeysValues [B, T, 3 · C]
   * @return [B, T, C]
   */
  private Tensor attend(Tensor queriesKeysValues) {
    Tensor fused = queriesKeysValues;
    if (precision == Precision.BF16) {
      fused = fused.to(torch.ScalarType.Float);
      LibtorchAutocast.suspend();
    }
    TensorVector parts = fused.split(configuration.width(), 2);
    Tensor attended =
        torch.scaled_dot_product_attention(
            heads(parts.get(0)),
            heads(parts.get(1)),
            heads(parts.get(2)),
            noMask,
            0,
            true,
            defaultScale,
            false);
    if (precision == Precision.BF16) {
      LibtorchAutocast.resume();
    }
    return attended
        .transpose(1, 2)
        .reshape(configuration.batch(), configuration.length(), configuration.width());
  }

  /** [B, T, C] to [B, H, T, C / H], without a copy. */
  private Tensor heads(Tensor x) {
    int numHeads = configuration.numHeads();
    return x.view(
            configuration.batch(),
            configuration.length(),
            numHeads,
            configuration.width() / numHeads)
        .transpose(1, 2);
  }

  /** Makes {@code tensor} outlive the scope that it was made in. */
  private static Tensor handOver(Tensor tensor, PointerScope from, PointerScope to) {
    to.attach(tensor);
    from.detach(tensor);
    return tensor;
  }
}
