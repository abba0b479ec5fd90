package dev.kindling.model.backend.nd4j;

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
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The plain reference: every kernel as its formula, in ND4J operations, F32 or F64. Temporary
 * arrays live in a workspace of the calling thread, which {@link #close()} destroys.
 */
public final class Nd4jBackend implements Backend {
  private static final String WORKSPACE = "kindling-nd4j-backend";
  private static final WorkspaceConfiguration WORKSPACE_CONFIGURATION =
      WorkspaceConfiguration.builder().policyLearning(LearningPolicy.OVER_TIME).build();

  private final Nd4jViews views;
  private final Nd4jRows rows;
  private final Nd4jNorms norms;
  private final Nd4jActivations activations;
  private final Nd4jRotaryPositions rotaryPositions;
  private final Nd4jAttention attention;
  private final Nd4jVocabularyLoss vocabularyLoss;

  /**
   * Loads ND4J's native library and sets its number of OpenMP threads.
   *
   * @throws IllegalArgumentException if ND4J would compute on a GPU that its binaries do not run on
   */
  public Nd4jBackend(int numThreads) {
    this(numThreads, Nd4jRuntime.load().isCuda());
  }

  /**
   * As above, with a choice of how tensors become arrays.
   *
   * @param copies whether every array is a copy of its tensor, as it has to be on a GPU
   */
  public Nd4jBackend(int numThreads, boolean copies) {
    Nd4jRuntime.load();
    Nd4j.getEnvironment().setMaxMasterThreads(numThreads);
    views = new Nd4jViews(copies);
    rows = new Nd4jRows(views);
    norms = new Nd4jNorms(views);
    activations = new Nd4jActivations(views);
    rotaryPositions = new Nd4jRotaryPositions(views);
    attention = new Nd4jAttention(views);
    vocabularyLoss = new Nd4jVocabularyLoss(views);
  }

  @Override
  public String name() {
    return "nd4j";
  }

  @Override
  public Set<DType> floatTypes() {
    return Set.of(DType.F32, DType.F64);
  }

  @Override
  public void fill(Tensor target, double value) {
    views.write(target, view -> view.assign(value));
  }

  @Override
  public void copy(Tensor source, Tensor target) {
    if (source.dtype() == target.dtype()) {
      Pointer.memcpy(target.pointer(), source.pointer(), source.numBytes());
    } else {
      target.setDoubles(source.toDoubles());
    }
  }

  @Override
  public void copy(Matrix source, Matrix target) {
    views.set(target, views.of(source));
  }

  @Override
  public void scaleInPlace(Tensor target, double factor) {
    views.write(target, view -> view.muli(factor));
  }

  @Override
  public void addInPlace(Tensor target, Tensor source) {
    views.add(flat(target), views.flat(source));
  }

  @Override
  public void add(Tensor left, Tensor right, Tensor sum) {
    views.write(flat(sum), view -> views.flat(left).addi(views.flat(right), view));
  }

  @Override
  public double squaredNorm(Tensor source) {
    double sum = 0;
    for (double element : source.toDoubles()) {
      sum += element * element;
    }
    return sum;
  }

  @Override
  public void matmul(Matrix left, Matrix right, Tensor bias, Matrix out, boolean accumulate) {
    inWorkspace(
        () -> {
          INDArray product = views.copyOf(left).mmul(views.copyOf(right));
          if (bias != null) {
            product.addiRowVector(views.of(bias));
          }
          views.set(out, accumulate ? views.of(out).add(product) : product);
        });
  }

  @Override
  public void addColumnSums(Matrix matrix, Tensor sums) {
    inWorkspace(
        () -> {
          views.add(sums, views.copyOf(matrix).sum(0));
        });
  }

  @Override
  public void gatherRows(Tensor table, Tensor rows, Tensor output, boolean accumulate) {
    inWorkspace(() -> this.rows.gather(table, rows, output, accumulate));
  }

  @Override
  public void scatterAddRows(Tensor outputGradient, Tensor rows, Tensor tableGradient) {
    inWorkspace(() -> this.rows.scatterAdd(outputGradient, rows, tableGradient));
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
    inWorkspace(() -> norms.layerNormForward(input, gain, bias, epsilon, output, mean, variance));
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
    inWorkspace(
        () ->
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
                biasGradient));
  }

  @Override
  public void rmsNormForward(
      Tensor input, Tensor gain, double epsilon, Tensor output, Tensor meanSquare) {
    inWorkspace(() -> norms.rmsNormForward(input, gain, epsilon, output, meanSquare));
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
    inWorkspace(
        () ->
            norms.rmsNormBackward(
                outputGradient,
                input,
                gain,
                epsilon,
                meanSquare,
                inputGradient,
                accumulate,
                gainGradient));
  }

  @Override
  public void activationForward(Activation activation, Tensor input, Tensor output) {
    inWorkspace(() -> activations.forward(activation, input, output));
  }

  @Override
  public void activationBackward(
      Activation activation, Tensor outputGradient, Tensor input, Tensor inputGradient) {
    inWorkspace(() -> activations.backward(activation, outputGradient, input, inputGradient));
  }

  @Override
  public void gatedActivationForward(Activation activation, Tensor gate, Tensor up, Tensor output) {
    inWorkspace(() -> activations.gatedForward(activation, gate, up, output));
  }

  @Override
  public void gatedActivationBackward(
      Activation activation,
      Tensor outputGradient,
      Tensor gate,
      Tensor up,
      Tensor gateGradient,
      Tensor upGradient) {
    inWorkspace(
        () ->
            activations.gatedBackward(
                activation, outputGradient, gate, up, gateGradient, upGradient));
  }

  @Override
  public void dropout(Tensor source, Dropout dropout, Tensor target) {
    Nd4jDropout.apply(source, dropout, target);
  }

  @Override
  public void rotateInPlace(Heads heads, Tensor positions, double theta, boolean inverse) {
    inWorkspace(() -> rotaryPositions.rotateInPlace(heads, positions, theta, inverse));
  }

  @Override
  public void attentionForward(AttentionInputs inputs, Tensor output, Tensor statistics) {
    inWorkspace(() -> attention.forward(inputs, output));
  }

  @Override
  public void attentionBackward(
      Tensor outputGradient,
      AttentionInputs inputs,
      Tensor output,
      Tensor statistics,
      AttentionGradients gradients) {
    inWorkspace(() -> attention.backward(outputGradient, inputs, gradients));
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
    inWorkspace(() -> vocabularyLoss.forward(hidden, projection, targets, rowsPerChunk, losses));
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
    inWorkspace(
        () ->
            vocabularyLoss.forwardBackward(
                hidden, projection, targets, rowsPerChunk, gradientScale, losses, hiddenGradient));
  }

  @Override
  public void adamWInPlace(
      Tensor parameters,
      Tensor gradients,
      Tensor firstMoments,
      Tensor secondMoments,
      List<DecayRange> ranges,
      AdamWUpdate update) {
    inWorkspace(
        () -> {
          INDArray gradient = views.of(gradients).mul(update.gradientScale());
          views.write(
              firstMoments,
              first -> first.muli(update.beta1()).addi(gradient.mul(1 - update.beta1())));
          views.write(
              secondMoments,
              second ->
                  second
                      .muli(update.beta2())
                      .addi(gradient.mul(gradient).muli(1 - update.beta2())));
          INDArray root = Transforms.sqrt(views.of(secondMoments).div(update.secondCorrection()));
          INDArray direction =
              views
                  .of(firstMoments)
                  .div(update.firstCorrection())
                  .divi(root.addi(update.epsilon()));
          for (DecayRange range : ranges) {
            double kept = 1 - update.learningRate() * range.weightDecay();
            views.write(
                parameters.slice(range.start(), range.end() - range.start()),
                decayed -> decayed.muli(kept));
          }
          views.write(parameters, updated -> updated.subi(direction.muli(update.learningRate())));
        });
  }

  private static Tensor flat(Tensor tensor) {
    return tensor.reshape(tensor.numElements());
  }

  private static void inWorkspace(Runnable kernel) {
    MemoryWorkspace workspace =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE_CONFIGURATION, WORKSPACE);
    try {
      kernel.run();
    } finally {
      workspace.notifyScopeLeft();
    }
  }

  @Override
  public void close() {
    if (Nd4j.getWorkspaceManager().checkIfWorkspaceExists(WORKSPACE)) {
      Nd4j.getWorkspaceManager()
          .destroyWorkspace(
              Nd4j.getWorkspaceManager()
                  .getWorkspaceForCurrentThread(WORKSPACE_CONFIGURATION, WORKSPACE));
    }
  }
}
