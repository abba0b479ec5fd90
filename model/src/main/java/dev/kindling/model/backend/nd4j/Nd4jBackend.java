package dev.kindling.model.backend.nd4j;

import dev.kindling.model.backend.AdamWUpdate;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.Set;
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

  private final Nd4jAttention attention = new Nd4jAttention();
  private final Nd4jVocabularyLoss vocabularyLoss = new Nd4jVocabularyLoss();

  /** Loads ND4J's native library and sets its number of OpenMP threads. */
  public Nd4jBackend(int numThreads) {
    Nd4j.getEnvironment().setMaxMasterThreads(numThreads);
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
    Nd4jViews.of(target).assign(value);
  }

  @Override
  public void copy(Tensor source, Tensor target) {
    Nd4jViews.of(target).assign(Nd4jViews.of(source.reshape(target.shape())));
  }

  @Override
  public void scaleInPlace(Tensor target, double factor) {
    Nd4jViews.of(target).muli(factor);
  }

  @Override
  public void addInPlace(Tensor target, Tensor source) {
    Nd4jViews.of(target).addi(Nd4jViews.of(source.reshape(target.shape())));
  }

  @Override
  public void add(Tensor left, Tensor right, Tensor sum) {
    Nd4jViews.of(left).addi(Nd4jViews.of(right), Nd4jViews.of(sum));
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
          INDArray product = Nd4jViews.of(left).dup('c').mmul(Nd4jViews.of(right).dup('c'));
          if (bias != null) {
            product.addiRowVector(Nd4jViews.of(bias));
          }
          INDArray target = Nd4jViews.of(out);
          target.assign(accumulate ? target.add(product) : product);
        });
  }

  @Override
  public void addColumnSums(Matrix matrix, Tensor sums) {
    inWorkspace(
        () -> {
          Nd4jViews.of(sums).addi(Nd4jViews.of(matrix).dup('c').sum(0));
        });
  }

  @Override
  public void embeddingForward(
      Tensor tokens, Tensor tokenEmbedding, Tensor positionEmbedding, Tensor output) {
    inWorkspace(
        () -> {
          INDArray tokenRows = Nd4jViews.of(tokenEmbedding);
          INDArray positionRows = Nd4jViews.of(positionEmbedding);
          INDArray result = Nd4jViews.of(output);
          int[] ids = tokens.toInts();
          for (int i = 0; i < ids.length; i++) {
            INDArray position = positionRows.getRow(i % tokens.dim(1));
            result.getRow(i).assign(tokenRows.getRow(ids[i]).add(position));
          }
        });
  }

  @Override
  public void embeddingBackward(
      Tensor outputGradient, Tensor tokens, Tensor tokenGradient, Tensor positionGradient) {
    inWorkspace(
        () -> {
          INDArray gradients = Nd4jViews.of(outputGradient);
          INDArray tokenRows = Nd4jViews.of(tokenGradient);
          INDArray positionRows = Nd4jViews.of(positionGradient);
          int[] ids = tokens.toInts();
          for (int i = 0; i < ids.length; i++) {
            INDArray gradient = gradients.getRow(i);
            tokenRows.getRow(ids[i]).addi(gradient);
            positionRows.getRow(i % tokens.dim(1)).addi(gradient);
          }
        });
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
    inWorkspace(
        () -> {
          INDArray x = Nd4jViews.rowsOf(input);
          INDArray means = x.mean(1);
          INDArray centred = x.subColumnVector(means);
          INDArray variances = centred.mul(centred).mean(1);
          Nd4jViews.of(mean).assign(means);
          Nd4jViews.of(variance).assign(variances);
          INDArray result =
              centred
                  .diviColumnVector(Transforms.sqrt(variances.add(epsilon)))
                  .muliRowVector(Nd4jViews.of(gain));
          if (bias != null) {
            result.addiRowVector(Nd4jViews.of(bias));
          }
          Nd4jViews.rowsOf(output).assign(result);
        });
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
        () -> {
          INDArray gradient = Nd4jViews.rowsOf(outputGradient);
          INDArray deviation = Transforms.sqrt(Nd4jViews.of(variance).add(epsilon));
          INDArray normalised =
              Nd4jViews.rowsOf(input)
                  .subColumnVector(Nd4jViews.of(mean))
                  .diviColumnVector(deviation);
          INDArray scaled = gradient.mulRowVector(Nd4jViews.of(gain));
          INDArray projection = scaled.mul(normalised).mean(1);
          INDArray result =
              scaled
                  .subColumnVector(scaled.mean(1))
                  .subi(normalised.mulColumnVector(projection))
                  .diviColumnVector(deviation);
          INDArray target = Nd4jViews.rowsOf(inputGradient);
          target.assign(accumulate ? target.add(result) : result);
          Nd4jViews.of(gainGradient).addi(gradient.mul(normalised).sum(0));
          if (biasGradient != null) {
            Nd4jViews.of(biasGradient).addi(gradient.sum(0));
          }
        });
  }

  @Override
  public void geluForward(Tensor input, Tensor output) {
    inWorkspace(
        () -> {
          INDArray x = Nd4jViews.of(input);
          Nd4jViews.of(output).assign(geluTanh(x).addi(1).muli(x).muli(0.5));
        });
  }

  @Override
  public void geluBackward(Tensor outputGradient, Tensor input, Tensor inputGradient) {
    inWorkspace(
        () -> {
          INDArray x = Nd4jViews.of(input);
          INDArray tanh = geluTanh(x);
          INDArray innerDerivative =
              x.mul(x).muli(3 * 0.044715).addi(1).muli(Math.sqrt(2 / Math.PI));
          INDArray derivative =
              tanh.mul(tanh).rsubi(1).muli(innerDerivative).muli(x).addi(tanh).addi(1).muli(0.5);
          Nd4jViews.of(inputGradient).assign(derivative.muli(Nd4jViews.of(outputGradient)));
        });
  }

  private static INDArray geluTanh(INDArray x) {
    INDArray cube = x.mul(x).muli(x).muli(0.044715);
    return Transforms.tanh(cube.addi(x).muli(Math.sqrt(2 / Math.PI)), false);
  }

  @Override
  public void causalAttentionForward(Tensor qkv, int numHeads, Tensor output) {
    inWorkspace(
        () -> {
          attention.forward(qkv, numHeads, output);
        });
  }

  @Override
  public void causalAttentionBackward(
      Tensor outputGradient, Tensor qkv, int numHeads, Tensor qkvGradient) {
    inWorkspace(
        () -> {
          attention.backward(outputGradient, qkv, numHeads, qkvGradient);
        });
  }

  @Override
  public void vocabularyLossForward(
      Tensor hidden, Tensor weight, Tensor targets, int rowsPerChunk, Tensor losses) {
    inWorkspace(
        () -> {
          vocabularyLoss.forward(hidden, weight, targets, rowsPerChunk, losses);
        });
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
    inWorkspace(
        () -> {
          vocabularyLoss.forwardBackward(
              hidden,
              weight,
              targets,
              rowsPerChunk,
              gradientScale,
              losses,
              hiddenGradient,
              weightGradient);
        });
  }

  @Override
  public void adamWInPlace(
      Tensor parameters,
      Tensor gradients,
      Tensor firstMoments,
      Tensor secondMoments,
      AdamWUpdate update) {
    inWorkspace(
        () -> {
          INDArray gradient = Nd4jViews.of(gradients).mul(update.gradientScale());
          INDArray first = Nd4jViews.of(firstMoments);
          INDArray second = Nd4jViews.of(secondMoments);
          first.muli(update.beta1()).addi(gradient.mul(1 - update.beta1()));
          second.muli(update.beta2()).addi(gradient.mul(gradient).muli(1 - update.beta2()));
          INDArray root = Transforms.sqrt(second.div(update.secondCorrection()));
          INDArray direction =
              first.div(update.firstCorrection()).divi(root.addi(update.epsilon()));
          Nd4jViews.of(parameters)
              .muli(1 - update.learningRate() * update.weightDecay())
              .subi(direction.muli(update.learningRate()));
        });
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
