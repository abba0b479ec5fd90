package dev.kindling.spark.train;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.ModelInitializer;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.objective.CausalLanguageModelling;
import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.model.train.LocalTrainer;
import dev.kindling.model.train.StepPosition;
import dev.kindling.spark.checkpoint.CheckpointReader;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Local SGD with plain averaging as a loop in one thread, with a counter for the next sample: what
 * rounds on Spark are compared with.
 */
final class ByHand {
  static final GptConfig MODEL = new GptConfig(TinyTokens.VOCAB_SIZE, 8, 1, 2, 8, true);
  static final int BATCH_SIZE = 2;

  /** The same model, batches and kernels as settings. */
  static final String SETTINGS =
      "model.contextLength=8 model.numLayers=1 model.numHeads=2 model.embeddingSize=8"
          + " training.batchSize=2 training.evaluateEverySteps=0 training.optimizer.warmupSteps=0"
          + " training.optimizer.decaySteps=100 training.optimizer.learningRate=0.01"
          + " training.optimizer.minLearningRate=0.01 seed=7 ";

  private static final int SEED = 7;

  static final OptimizerConfig ADAMW =
      OptimizerConfig.adamW(0.01, 0.01, 0, 100, 0.9, 0.95, 1e-8, 0.1, 1);

  private final DataOrder order;
  private final List<Double> losses = new ArrayList<>();
  private final List<SkippedStep> skipped = new ArrayList<>();
  private byte[] theta;
  private List<byte[][]> moments = new ArrayList<>();
  private long nextSample;
  private int step;

  ByHand(Path tokens) {
    this.order = new DataOrder(tokens.toString(), SEED, BATCH_SIZE, new CausalLanguageModelling(8));
    try (ParameterStore parameters = ParameterStore.allocate(MODEL.layout(), DType.F32)) {
      ModelInitializer.initialize(MODEL, parameters, SEED);
      theta = bytes(parameters);
    }
  }

  /** A round; a step with a loss above the limit is left out. */
  void round(int numReplicas, int numSteps, double lossLimit) {
    List<byte[][]> before = moments;
    moments = new ArrayList<>();
    byte[][] thetas = new byte[numReplicas][];
    try (Backend backend = Backends.open("onednn", 1);
        DataOrder.Reader reader = order.open(new Configuration())) {
      for (int replica = 0; replica < numReplicas; replica++) {
        byte[][] own = before.isEmpty() ? null : before.get(replica % before.size());
        try (LocalTrainer trainer = new LocalTrainer(MODEL, ADAMW, ComputeOptions.PLAIN, backend)) {
          trainer.parameters().writeBytes(0, theta.length / 4, theta, 0);
          if (own != null) {
            trainer.writeMoments(own[0], own[1]);
          }
          for (int i = 0; i < numSteps; i++) {
            long sample = nextSample + ((long) i * numReplicas + replica) * BATCH_SIZE;
            take(trainer, reader, new At(step + i, replica, sample), lossLimit);
          }
          thetas[replica] = bytes(trainer.parameters());
          byte[][] after = {new byte[theta.length], new byte[theta.length]};
          trainer.readMoments(after[0], after[1]);
          moments.add(after);
        }
      }
    }
    theta = FloatVectors.mean(thetas);
    step += numSteps;
    nextSample += (long) numSteps * numReplicas * BATCH_SIZE;
  }

  private record At(long step, int replica, long sample) {}

  private void take(LocalTrainer trainer, DataOrder.Reader reader, At at, double lossLimit) {
    StepPosition position = StepPosition.of(at.step());
    LocalTrainer.Gradient gradient = trainer.computeGradient(reader.read(at.sample()), position);
    losses.add(gradient.loss());
    if (gradient.loss() <= lossLimit) {
      trainer.update(position, gradient.norm());
    } else {
      skipped.add(
          new SkippedStep(
              at.step() + 1,
              at.replica(),
              at.sample(),
              BATCH_SIZE,
              gradient.loss(),
              gradient.norm()));
    }
  }

  /** θ after the rounds so far, little-endian F32. */
  byte[] theta() {
    return theta;
  }

  /** The loss that as many steps were above as below, those that were left out included. */
  double medianLoss() {
    return losses.stream().sorted().toList().get(losses.size() / 2);
  }

  List<SkippedStep> skipped() {
    return skipped;
  }

  /** The parameters of a checkpoint, alike. */
  static byte[] parameters(Path checkpoint) {
    try (ParameterStore parameters = ParameterStore.allocate(MODEL.layout(), DType.F32)) {
      CheckpointReader.open(new Configuration(), checkpoint).load(parameters);
      return bytes(parameters);
    }
  }

  static byte[] bytes(ParameterStore parameters) {
    int length = Math.toIntExact(parameters.numParameters());
    byte[] bytes = new byte[length * Float.BYTES];
    parameters.readBytes(0, length, bytes, 0);
    return bytes;
  }
}
