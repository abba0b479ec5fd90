package dev.kindling.model.backend.onednn;

import dev.kindling.model.backend.AdamWUpdate;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Matrix;
import dev.kindling.model.backend.onednn.Primitives.Binary;
import dev.kindling.model.backend.onednn.Primitives.Elementwise;
import dev.kindling.model.backend.onednn.Primitives.ElementwiseBackward;
import dev.kindling.model.backend.onednn.Primitives.LayerNorm;
import dev.kindling.model.backend.onednn.Primitives.LayerNormBackward;
import dev.kindling.model.backend.onednn.Primitives.Matmul;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.Set;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;

/**
 * The fast CPU path: oneDNN primitives, compiled once per shape and kept, and a little plain Java
 * ({@link HostKernels}). F32. How the number of threads reaches oneDNN: {@link OneDnnThreads}.
 */
public final class OneDnnBackend implements Backend {
  private final OneDnnEngine engine;
  private final Primitives primitives;
  private final OneDnnAttention attention;
  private final OneDnnVocabularyLoss vocabularyLoss;
  private final HostKernels host = new HostKernels();
  private final Scratch temporary = new Scratch();
  private final Scratch ones = new Scratch();

  /**
   * Loads oneDNN.
   *
   * @throws UnsatisfiedLinkError if its native library is not there for this platform
   */
  public OneDnnBackend(int numThreads) {
    engine = new OneDnnEngine(numThreads);
    primitives = new Primitives(engine);
    attention = new OneDnnAttention(primitives);
    vocabularyLoss = new OneDnnVocabularyLoss(primitives);
  }

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public Set<DType> floatTypes() {
    return Set.of(DType.F32);
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
    Pointer.memcpy(target.pointer(), source.pointer(), source.numBytes());
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
    Layout flat = Layout.contiguous(1, left.numElements());
    primitives
        .get(new Binary(flat, flat, dnnl.dnnl_binary_add))
        .execute(left.address(), right.address(), sum.address());
  }

  @Override
  public double squaredNorm(Tensor source) {
    return host.squaredNorm(source);
  }

  @Override
  public void matmul(Matrix left, Matrix right, Tensor bias, Matrix out, boolean accumulate) {
    Layout biasLayout = bias == null ? null : Layout.contiguous(1, bias.numElements());
    Primitive matmul =
        primitives.get(
            new Matmul(layout(left), layout(right), biasLayout, layout(out), 1, null, accumulate));
    if (bias == null) {
      matmul.execute(address(left), address(right), address(out));
    } else {
      matmul.execute(address(left), address(right), bias.address(), address(out));
    }
  }

  @Override
  public void addColumnSums(Matrix matrix, Tensor sums) {
    Tensor row = ones.floats(1, matrix.numRows());
    fill(row, 1);
    matmul(Matrix.of(row), matrix, null, Matrix.of(sums.reshape(1, sums.numElements())), true);
  }

  private static Layout layout(Matrix matrix) {
    return Layout.strided(
        new long[] {matrix.numRows(), matrix.numColumns()},
        new long[] {matrix.rowStride(), matrix.columnStride()});
  }

  private static long address(Matrix matrix) {
    return matrix.tensor().address() + 4 * matrix.offset();
  }

  @Override
  public void embeddingForward(
      Tensor tokens, Tensor tokenEmbedding, Tensor positionEmbedding, Tensor output) {
    host.embeddingForward(tokens, tokenEmbedding, positionEmbedding, output);
  }

  @Override
  public void embeddingBackward(
      Tensor outputGradient, Tensor tokens, Tensor tokenGradient, Tensor positionGradient) {
    host.embeddingBackward(outputGradient, tokens, tokenGradient, positionGradient);
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
    Primitive norm =
        primitives.get(new LayerNorm(input.dim(0), input.dim(1), epsilon, bias != null));
    if (bias == null) {
      norm.execute(
          input.address(), output.address(), mean.address(), variance.address(), gain.address());
    } else {
      norm.execute(
          input.address(),
          output.address(),
          mean.address(),
          variance.address(),
          gain.address(),
          bias.address());
    }
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
    long numRows = input.dim(0);
    long numColumns = input.dim(1);
    boolean bias = biasGradient != null;
    // oneDNN overwrites all its results, so what is added to goes through temporary memory.
    Tensor results = temporary.floats(numRows * numColumns + 2 * numColumns);
    Tensor gainResult = results.slice(0, numColumns);
    Tensor biasResult = results.slice(numColumns, numColumns);
    Tensor inputResult =
        accumulate ? results.slice(2 * numColumns, numRows, numColumns) : inputGradient;
    Primitive backward =
        primitives.get(new LayerNormBackward(new LayerNorm(numRows, numColumns, epsilon, bias)));
    backward.execute(
        input.address(),
        outputGradient.address(),
        mean.address(),
        variance.address(),
        gain.address(),
        inputResult.address(),
        gainResult.address(),
        biasResult.address());
    addInPlace(gainGradient, gainResult);
    if (bias) {
      addInPlace(biasGradient, biasResult);
    }
    if (accumulate) {
      addInPlace(inputGradient, inputResult);
    }
  }

  @Override
  public void geluForward(Tensor input, Tensor output) {
    Layout flat = Layout.contiguous(1, input.numElements());
    primitives
        .get(new Elementwise(flat, dnnl.dnnl_eltwise_gelu_tanh))
        .execute(input.address(), output.address());
  }

  @Override
  public void geluBackward(Tensor outputGradient, Tensor input, Tensor inputGradient) {
    Layout flat = Layout.contiguous(1, input.numElements());
    primitives
        .get(new ElementwiseBackward(flat, dnnl.dnnl_eltwise_gelu_tanh))
        .execute(input.address(), outputGradient.address(), inputGradient.address());
  }

  @Override
  public void causalAttentionForward(Tensor qkv, int numHeads, Tensor output) {
    attention.forward(qkv, numHeads, output);
  }

  @Override
  public void causalAttentionBackward(
      Tensor outputGradient, Tensor qkv, int numHeads, Tensor qkvGradient) {
    attention.backward(outputGradient, qkv, numHeads, qkvGradient);
  }

  @Override
  public void vocabularyLossForward(
      Tensor hidden, Tensor weight, Tensor targets, int rowsPerChunk, Tensor losses) {
    vocabularyLoss.forward(hidden, weight, targets, rowsPerChunk, losses);
  }

  @Override
  public void vocabularyLossForwardBackward(
      Tensor hidden,
      Tensor weight,
      Tensor targets,
      int rowsPerChunk,
      double gradientScale,
      Tensor losses,
      Tensor hiddenGradient,
      Tensor weightGradient) {
    vocabularyLoss.forwardBackward(
        hidden,
        weight,
        targets,
        rowsPerChunk,
        gradientScale,
        losses,
        hiddenGradient,
        weightGradient);
  }

  @Override
  public void adamWInPlace(
      Tensor parameters,
      Tensor gradients,
      Tensor firstMoments,
      Tensor secondMoments,
      AdamWUpdate update) {
    host.adamWInPlace(parameters, gradients, firstMoments, secondMoments, update);
  }

  @Override
  public void close() {
    attention.close();
    vocabularyLoss.close();
    temporary.close();
    ones.close();
    engine.close();
  }
}
