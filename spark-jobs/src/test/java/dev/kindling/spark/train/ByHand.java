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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Local SGD with plain averaging as a loop in one thread, with a counter for the next sample: what
 * rounds on Spark are compared with. Replicas begin and arrive one by one, or all in a round.
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
  private final Map<Integer, Trained> underway = new HashMap<>();
  private long nextSample;
  private int step;

  ByHand(Path tokens) {
    this.order = new DataOrder(tokens.toString(), SEED, BATCH_SIZE, new CausalLanguageModelling(8));
    try (ParameterStore parameters = ParameterStore.allocate(MODEL.layout(), DType.F32)) {
      ModelInitializer.initialize(MODEL, parameters, SEED);
      theta = bytes(parameters);
    }
  }

  /** Where a replica began, and where it came to. */
  // The arrays are payload of a record that is never compared.
  @SuppressWarnings("ArrayRecordComponent")
  private record Trained(byte[] from, byte[] to, byte[][] moments) {}

  /** A round; a step with a loss above the limit is left out. */
  void round(int numReplicas, int numSteps, double lossLimit) {
    List<Integer> all = RoundPlan.all(numReplicas);
    begin(all, numSteps, lossLimit);
    theta = FloatVectors.mean(all.stream().map(r -> underway.get(r).to()).toArray(byte[][]::new));
    moments = all.stream().map(replica -> underway.get(replica).moments()).toList();
  }

  /** Lets some replicas take their steps, each from θ as it is now. */
  void begin(List<Integer> replicas, int numSteps, double lossLimit) {
    try (Backend backend = Backends.open("onednn", 1);
        DataOrder.Reader reader = order.open(new Configuration())) {
      for (int replica : replicas) {
        byte[][] own = moments.isEmpty() ? null : moments.get(replica % moments.size());
        try (LocalTrainer trainer = new LocalTrainer(MODEL, ADAMW, ComputeOptions.PLAIN, backend)) {
          trainer.parameters().writeBytes(0, theta.length / 4, theta, 0);
          if (own != null) {
            trainer.writeMoments(own[0], own[1]);
          }
          for (int i = 0; i < numSteps; i++) {
            int place = i * replicas.size() + replicas.indexOf(replica);
            long sample = nextSample + (long) place * BATCH_SIZE;
            take(trainer, reader, new At(step + i, replica, sample), lossLimit);
          }
          byte[][] after = {new byte[theta.length], new byte[theta.length]};
          trainer.readMoments(after[0], after[1]);
          underway.put(replica, new Trained(theta, bytes(trainer.parameters()), after));
        }
      }
    }
    step += numSteps;
    nextSample += (long) numSteps * replicas.size() * BATCH_SIZE;
  }

  /** Applies the mean of what some replicas have learned, and counts late ones for less. */
  void arrive(Map<Integer, Integer> stalenessByReplica) {
    byte[] next = new byte[theta.length];
    for (int at = 0; at < next.length; at += 4) {
      double sum = 0;
      for (Map.Entry<Integer, Integer> each : new TreeMap<>(stalenessByReplica).entrySet()) {
        Trained trained = underway.get(each.getKey());
        double before = FloatVectors.get(trained.from(), at);
        float learned = (float) (before - FloatVectors.get(trained.to(), at));
        double weight = 1 / Math.sqrt(1 + each.getValue());
        sum += (float) (FloatVectors.get(theta, at) - weight * learned);
      }
      FloatVectors.set(next, at, (float) (sum / stalenessByReplica.size()));
    }
    theta = next;
    List<byte[][]> after = new ArrayList<>(moments);
    for (int replica : new TreeSet<>(stalenessByReplica.keySet())) {
      while (after.size() <= replica) {
        after.add(null);
      }
      after.set(replica, underway.get(replica).moments());
    }
    moments = after;
  }

  /** Lets a replica begin without moments. */
  void forgetMoments(int replica) {
    List<byte[][]> after = new ArrayList<>(moments);
    while (after.size() <= replica) {
      after.add(null);
    }
    after.set(replica, null);
    moments = after;
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
