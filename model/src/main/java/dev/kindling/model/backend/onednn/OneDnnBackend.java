package dev.kindling.model.backend.onednn;

import dev.kindling.model.backend.Activation;
import dev.kindling.model.backend.AdamWUpdate;
import dev.kindling.model.backend.AttentionGradients;
import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.DecayRange;
import dev.kindling.model.backend.Dropout;
import dev.kindling.model.backend.Heads;
import dev.kindling.model.backend.Matrix;
import dev.kindling.model.backend.VocabularyProjection;
import dev.kindling.model.backend.onednn.Primitives.Binary;
import dev.kindling.model.backend.onednn.Primitives.Matmul;
import dev.kindling.model.backend.onednn.Primitives.Reorder;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.List;
import java.util.Set;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;

/**
 * The fast CPU path: oneDNN primitives, compiled once per shape and kept, and a little plain Java
 * for what oneDNN has not ({@code Host…}). F32 and BF16. How the number of threads reaches oneDNN:
 * {@link OneDnnThreads}.
 */
public final class OneDnnBackend implements Backend {
  private final OneDnnEngine engine;
  private final HostThreads threads;
  private final Primitives primitives;
  private final ColumnSums columnSums;
  private final OneDnnNorms norms;
  private final OneDnnActivations activations;
  private final OneDnnAttention attention;
  private final OneDnnVocabularyLoss vocabularyLoss;
  private final HostKernels host;
  private final HostRows rows;

  /**
   * Loads oneDNN.
   *
   * @throws UnsatisfiedLinkError if its native library is not there for this platform
   */
  public OneDnnBackend(int numThreads) {
    engine = new OneDnnEngine(numThreads);
    threads = new HostThreads(numThreads);
    primitives = new Primitives(engine);
    host = new HostKernels(threads);
    rows = new HostRows(threads);
    columnSums = new ColumnSums(primitives);
    norms = new OneDnnNorms(this, primitives, new HostRmsNorm(threads));
    activations = new OneDnnActivations(primitives);
    attention = new OneDnnAttention(primitives, host);
    vocabularyLoss = new OneDnnVocabularyLoss(primitives, columnSums);
  }

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public Set<DType> floatTypes() {
    return Set.of(DType.F32, DType.BF16);
  }

  @Override
  public void fill(Tensor target, double value) {
    if (value == 0) {
      Pointer.memset(target.pointer(), 0, target.numBytes());
    } else {
      host.fill(target, value);
    }
  }

  @Override
  public void copy(Tensor source, Tensor target) {
    primitives
        .get(Reorder.plain(Layout.flat(source), Layout.flat(target)))
        .execute(source.address(), target.address());
  }

  @Override
  public void copy(Matrix source, Matrix target) {
    primitives
        .get(Reorder.plain(Layout.of(source), Layout.of(target)))
        .execute(address(source), address(target));
  }

  @Override
  public void scaleInPlace(Tensor target, double factor) {
    host.scaleInPlace(target, factor);
  }

  @Override
  public void addInPlace(Tensor target, Tensor source) {
    add(target, source, target);
  }

  @Override
  public void add(Tensor left, Tensor right, Tensor sum) {
    Layout flat = Layout.flat(left);
    primitives
        .get(new Binary(flat, flat, flat, dnnl.dnnl_binary_add))
        .execute(left.address(), right.address(), sum.address());
  }

  @Override
  public double squaredNorm(Tensor source) {
    return host.squaredNorm(source);
  }

  @Override
  public void matmul(Matrix left, Matrix right, Tensor bias, Matrix out, boolean accumulate) {
    Layout biasLayout =
        bias == null ? null : Layout.contiguous(bias.dtype(), 1, bias.numElements());
    Primitive matmul =
        primitives.get(
            new Matmul(
                Layout.of(left),
                Layout.of(right),
                biasLayout,
                Layout.of(out),
                1,
                List.of(),
                accumulate));
    if (bias == null) {
      matmul.execute(address(left), address(right), address(out));
    } else {
      matmul.execute(address(left), address(right), bias.address(), address(out));
    }
  }

  @Override
  public void addColumnSums(Matrix matrix, Tensor sums) {
    columnSums.addTo(matrix, sums);
  }

  static long address(Matrix matrix) {
    return matrix.tensor().address() + matrix.tensor().dtype().bytes() * matrix.offset();
  }

  @Override
  public void gatherRows(Tensor table, Tensor chosen, Tensor output, boolean accumulate) {
    rows.gather(table, chosen.toInts(), output, accumulate);
  }

  @Override
  public void scatterAddRows(Tensor outputGradient, Tensor chosen, Tensor tableGradient) {
    rows.scatterAdd(outputGradient, chosen.toInts(), tableGradient);
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
    host.dropout(source, dropout, target);
  }

  @Override
  public void rotateInPlace(Heads heads, Tensor positions, double theta, boolean inverse) {
    rows.rotateInPlace(heads, positions.toInts(), theta, inverse);
  }

  @Override
  public void attentionForward(AttentionInputs inputs, Tensor output, Tensor statistics) {
    attention.forward(inputs, output);
  }

  @Override
  public void attentionBackward(
      Tensor outputGradient,
      AttentionInputs inputs,
      Tensor output,
      Tensor statistics,
      AttentionGradients gradients) {
    attention.backward(outputGradient, inputs, gradients);
  }

  @Override
  public void relativeBiasForward(Tensor table, Tensor buckets, Tensor bias) {
    rows.relativeBiasForward(table, buckets.toInts(), bias);
  }

  @Override
  public void relativeBiasBackward(Tensor biasGradient, Tensor buckets, Tensor tableGradient) {
    rows.relativeBiasBackward(biasGradient, buckets.toInts(), tableGradient);
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
    host.adamWInPlace(parameters, gradients, firstMoments, secondMoments, ranges, update);
  }

  @Override
  public void close() {
    attention.close();
    vocabularyLoss.close();
    norms.close();
    activations.close();
    columnSums.close();
    threads.close();
    engine.close();
  }
}
