package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.Activation;
import dev.kindling.model.backend.AdamWUpdate;
import dev.kindling.model.backend.AttentionGradients;
import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.DecayRange;
import dev.kindling.model.backend.DeviceGroups;
import dev.kindling.model.backend.Dropout;
import dev.kindling.model.backend.Heads;
import dev.kindling.model.backend.Matrix;
import dev.kindling.model.backend.VocabularyProjection;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.MemorySpace;
import dev.kindling.model.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The backend of NVIDIA GPUs. F32 and, from compute capability 8.0 on, BF16 and TF32. Kernels run
 * in order on a stream of their own; the host goes on, and waits only where it reads.
 */
public final class CudaBackend implements Backend {
  private final CudaEngine engine;
  private final CudaElementwise elementwise;
  private final CudaActivations activations;
  private final CudaDropout dropouts;
  private final CudaColumnSums columnSums;
  private final CudaNorms norms;
  private final CudaRows rows;
  private final CudaScatter scatter;
  private final CudaAttention attention;
  private final CudaOptimizer optimizer;
  private final CudaMatmul matmul;
  private final CudaVocabularyLoss vocabularyLoss;

  /** The one that has opened the GPU: this, or the one that this is a view of. */
  private final CudaBackend exact;

  /** Made when it is asked for. */
  private CudaBackend tf32;

  private boolean isClosed;

  /**
   * Opens a GPU.
   *
   * @param device its number among those that CUDA shows to this process
   * @throws IllegalArgumentException if there is none of that number, or it is too old
   * @throws IllegalStateException if the driver or a library of CUDA is not there
   */
  public CudaBackend(int device) {
    engine = new CudaEngine(CudaDevice.of(device));
    try {
      exact = this;
      elementwise = new CudaElementwise(engine);
      activations = new CudaActivations(engine);
      dropouts = new CudaDropout(engine);
      columnSums = new CudaColumnSums(engine);
      norms = new CudaNorms(engine, columnSums);
      rows = new CudaRows(engine, columnSums);
      scatter = new CudaScatter(engine);
      optimizer = new CudaOptimizer(engine);
      attention = new CudaAttention(engine);
      matmul = new CudaMatmul(engine, elementwise, false);
      vocabularyLoss = new CudaVocabularyLoss(engine, matmul, columnSums);
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
  }

  /** The same kernels, except those that multiply matrices. */
  private CudaBackend(CudaBackend exact) {
    this.exact = exact;
    engine = exact.engine;
    elementwise = exact.elementwise;
    activations = exact.activations;
    dropouts = exact.dropouts;
    columnSums = exact.columnSums;
    norms = exact.norms;
    rows = exact.rows;
    scatter = exact.scatter;
    attention = exact.attention;
    optimizer = exact.optimizer;
    matmul = new CudaMatmul(engine, elementwise, true);
    vocabularyLoss = new CudaVocabularyLoss(engine, matmul, columnSums);
    tf32 = this;
  }

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public Set<DType> floatTypes() {
    return engine.device().hasBf16() ? Set.of(DType.F32, DType.BF16) : Set.of(DType.F32);
  }

  @Override
  public MemorySpace memory() {
    return engine.memory();
  }

  @Override
  public MemorySpace sharedMemory() {
    return new CudaMemory(engine.device(), null);
  }

  @Override
  public void awaitKernels() {
    engine.awaitKernels();
  }

  @Override
  public Optional<DeviceGroups> deviceGroups() {
    return Optional.of(new NcclGroups(engine));
  }

  @Override
  public boolean hasTf32() {
    return engine.device().hasBf16();
  }

  @Override
  public Backend withTf32() {
    if (!hasTf32()) {
      return Backend.super.withTf32();
    }
    if (tf32 == null) {
      tf32 = new CudaBackend(this);
    }
    return tf32;
  }

  @Override
  public long preferredLogitBytes() {
    return GPU_LOGIT_BYTES;
  }

  @Override
  public void runPass(Runnable pass) {
    engine.recorder().run(pass);
  }

  @Override
  public void fill(Tensor target, double value) {
    elementwise.fill(target, value);
  }

  @Override
  public void copy(Tensor source, Tensor target) {
    elementwise.copy(source, target);
  }

  @Override
  public void copy(Matrix source, Matrix target) {
    elementwise.copy(source, target);
  }

  @Override
  public void scaleInPlace(Tensor target, double factor) {
    elementwise.scaleInPlace(target, factor);
  }

  @Override
  public void addInPlace(Tensor target, Tensor source) {
    elementwise.add(target, source, target);
  }

  @Override
  public void add(Tensor left, Tensor right, Tensor sum) {
    elementwise.add(left, right, sum);
  }

  @Override
  public double squaredNorm(Tensor source) {
    return optimizer.squaredNorm(source);
  }

  @Override
  public void matmul(Matrix left, Matrix right, Tensor bias, Matrix out, boolean accumulate) {
    matmul.multiply(left, right, bias, out, accumulate);
  }

  @Override
  public boolean fusesWithLinear(Activation activation, DType dtype) {
    return activation == Activation.GELU_TANH && dtype == DType.BF16;
  }

  @Override
  public void linearActivationForward(
      Tensor input,
      Matrix weight,
      Tensor bias,
      Activation activation,
      Tensor linear,
      Tensor output) {
    if (fuses(activation, linear, output)) {
      matmul.multiplyThroughGelu(Matrix.of(input), weight, bias, linear, Matrix.of(output));
    } else {
      Backend.super.linearActivationForward(input, weight, bias, activation, linear, output);
    }
  }

  @Override
  public void linearActivationBackward(
      Tensor outputGradient,
      Matrix weight,
      Activation activation,
      Tensor linear,
      Tensor linearGradient) {
    if (fuses(activation, linear, linearGradient)) {
      matmul.multiplyByGeluGradient(
          Matrix.of(outputGradient), weight.transposed(), linear, Matrix.of(linearGradient));
    } else {
      Backend.super.linearActivationBackward(
          outputGradient, weight, activation, linear, linearGradient);
    }
  }

  /** cuBLASLt reads what lies beside a result by vectors only. */
  private boolean fuses(Activation activation, Tensor linear, Tensor result) {
    return fusesWithLinear(activation, linear.dtype())
        && linear.dim(1) % 8 == 0
        && CudaEngine.isAligned(linear, result);
  }

  @Override
  public void addColumnSums(Matrix matrix, Tensor sums) {
    columnSums.addTo(matrix, sums);
  }

  @Override
  public void gatherRows(Tensor table, Tensor chosen, Tensor output, boolean accumulate) {
    rows.gather(table, chosen, output, accumulate);
  }

  @Override
  public void scatterAddRows(Tensor outputGradient, Tensor chosen, Tensor tableGradient) {
    scatter.addRows(outputGradient, chosen, tableGradient);
  }

  @Override
  public void layerNormForward(
      Tensor input,
      Tensor gain,
      Tensor bias,
      double epsilon,
      Tensor output,
      Tensor mean,
      Tensor variance) {
    norms.layerNormForward(input, gain, bias, epsilon, output, mean, variance);
  }

  @Override
  public void layerNormBackward(
      Tensor outputGradient,
      Tensor input,
      Tensor gain,
      double epsilon,
      Tensor mean,
      Tensor variance,
      Tensor inputGradient,
      boolean accumulate,
      Tensor gainGradient,
      Tensor biasGradient) {
    norms.layerNormBackward(
        outputGradient,
        input,
        gain,
        epsilon,
        mean,
        variance,
        inputGradient,
        accumulate,
        gainGradient,
        biasGradient);
  }

  @Override
  public void rmsNormForward(
      Tensor input, Tensor gain, double epsilon, Tensor output, Tensor meanSquare) {
    norms.rmsNormForward(input, gain, epsilon, output, meanSquare);
  }

  @Override
  public void rmsNormBackward(
      Tensor outputGradient,
      Tensor input,
      Tensor gain,
      double epsilon,
      Tensor meanSquare,
      Tensor inputGradient,
      boolean accumulate,
      Tensor gainGradient) {
    norms.rmsNormBackward(
        outputGradient, input, gain, epsilon, meanSquare, inputGradient, accumulate, gainGradient);
  }

  @Override
  public void activationForward(Activation activation, Tensor input, Tensor output) {
    activations.forward(activation, input, output);
  }

  @Override
  public void activationBackward(
      Activation activation, Tensor outputGradient, Tensor input, Tensor inputGradient) {
    activations.backward(activation, outputGradient, input, inputGradient);
  }

  @Override
  public void gatedActivationForward(Activation activation, Tensor gate, Tensor up, Tensor output) {
    activations.gatedForward(activation, gate, up, output);
  }

  @Override
  public void gatedActivationBackward(
      Activation activation,
      Tensor outputGradient,
      Tensor gate,
      Tensor up,
      Tensor gateGradient,
      Tensor upGradient) {
    activations.gatedBackward(activation, outputGradient, gate, up, gateGradient, upGradient);
  }

  @Override
  public void dropout(Tensor source, Dropout dropout, Tensor target) {
    dropouts.apply(source, dropout, target);
  }

  @Override
  public void rotateInPlace(Heads heads, Tensor positions, double theta, boolean inverse) {
    rows.rotateInPlace(heads, positions, theta, inverse);
  }

  @Override
  public long attentionStatistics(AttentionInputs inputs) {
    return inputs.query().batch() * inputs.query().numHeads() * inputs.query().length();
  }

  @Override
  public void attentionForward(AttentionInputs inputs, Tensor output, Tensor statistics) {
    attention.forward(inputs, output, statistics);
  }

  @Override
  public void attentionBackward(
      Tensor outputGradient,
      AttentionInputs inputs,
      Tensor output,
      Tensor statistics,
      AttentionGradients gradients) {
    attention.backward(outputGradient, inputs, output, statistics, gradients);
  }

  @Override
  public void relativeBiasForward(Tensor table, Tensor buckets, Tensor bias) {
    rows.relativeBiasForward(table, buckets, bias);
  }

  @Override
  public void relativeBiasBackward(Tensor biasGradient, Tensor buckets, Tensor tableGradient) {
    rows.relativeBiasBackward(biasGradient, buckets, tableGradient);
  }

  @Override
  public void vocabularyLossForward(
      Tensor hidden,
      VocabularyProjection projection,
      Tensor targets,
      int rowsPerChunk,
      Tensor losses) {
    vocabularyLoss.forward(hidden, projection, targets, rowsPerChunk, losses);
  }

  @Override
  public void vocabularyLossForwardBackward(
      Tensor hidden,
      VocabularyProjection projection,
      Tensor targets,
      int rowsPerChunk,
      double gradientScale,
      Tensor losses,
      Tensor hiddenGradient) {
    vocabularyLoss.forwardBackward(
        hidden, projection, targets, rowsPerChunk, gradientScale, losses, hiddenGradient);
  }

  @Override
  public void adamWInPlace(
      Tensor parameters,
      Tensor gradients,
      Tensor firstMoments,
      Tensor secondMoments,
      List<DecayRange> ranges,
      AdamWUpdate update) {
    optimizer.adamWInPlace(parameters, gradients, firstMoments, secondMoments, ranges, update);
  }

  @Override
  public void close() {
    if (this != exact) {
      exact.close();
      return;
    }
    if (isClosed) {
      return;
    }
    isClosed = true;
    engine.awaitKernels();
    if (tf32 != null) {
      tf32.closeProducts();
    }
    closeProducts();
    attention.close();
    norms.close();
    columnSums.close();
    rows.close();
    scatter.close();
    optimizer.close();
    engine.close();
  }

  private void closeProducts() {
    vocabularyLoss.close();
    matmul.close();
  }
}
