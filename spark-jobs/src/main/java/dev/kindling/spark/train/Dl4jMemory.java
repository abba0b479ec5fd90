package dev.kindling.spark.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.train.MemoryPlan;
import dev.kindling.spark.config.TrainingConfig;
import dev.kindling.spark.memory.RunMemory;

/**
 * What a run of DL4J's averaging holds. A worker has the parameters and moments that were broadcast
 * and copies of its own, and hands both over as one object.
 *
 * @param model the resolved shape
 * @param training one replica's optimisation
 * @param numReplicas R
 */
record Dl4jMemory(ModelShape model, TrainingConfig training, int numReplicas) {
  /** Rows of vectors as wide as a hidden layer that DL4J keeps of a layer: an LSTM has the most. */
  private static final int VECTORS_PER_LAYER = 14;

  /** Logits, their softmax or gradient, and a copy in the order that the matrix product writes. */
  private static final int VECTORS_OF_VOCABULARY = 3;

  RunMemory run() {
    MemoryPlan rank = rank();
    long sent = bytes(1 + training.optimizer().numMoments());
    return RunMemory.onHost(
        numReplicas,
        numReplicas,
        rank,
        rank.parameters() + rank.gradients() + rank.moments(),
        2 * sent,
        0,
        bytes(1),
        0);
  }

  private long bytes(int vectors) {
    return vectors * model.numParameters() * Float.BYTES;
  }

  private MemoryPlan rank() {
    int numMoments = training.optimizer().numMoments();
    if (model instanceof ArchitectureConfig transformer) {
      MemoryPlan engine =
          MemoryPlan.of(
              transformer,
              training.optimizer(),
              training.compute(1),
              training.batchSize(),
              model.contextLength(),
              model.contextLength(),
              Backend.CPU_LOGIT_BYTES);
      return new MemoryPlan(
          bytes(2),
          bytes(1),
          bytes(2 * numMoments),
          engine.copies(),
          engine.activations(),
          engine.activationGradients(),
          engine.kernels());
    }
    NetworkConfig network = (NetworkConfig) model;
    boolean readsTwice = network.kind() == NetworkConfig.Kind.ELMO;
    long tokens = (readsTwice ? 2L : 1L) * training.batchSize() * model.contextLength();
    long hidden = (long) model.numLayers() * network.hiddenSize() * VECTORS_PER_LAYER;
    long vocabulary = (long) VECTORS_OF_VOCABULARY * model.vocabSize();
    return new MemoryPlan(
        bytes(2),
        bytes(1),
        bytes(2 * numMoments),
        0,
        tokens * (model.embeddingSize() + hidden) * Float.BYTES,
        0,
        tokens * vocabulary * Float.BYTES);
  }
}
