package dev.kindling.spark.train.dl4j;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.dl4j.NetworkBatches;
import dev.kindling.model.dl4j.NetworkGraphs;
import dev.kindling.model.dl4j.TransformerBatches;
import dev.kindling.model.dl4j.TransformerLayer;
import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.model.train.StepPosition;
import java.io.Serializable;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * What DL4J trains: a network of its own layers, or one of the engine's Transformers.
 *
 * @param model a {@link NetworkConfig}, a GPT or a BERT
 * @param optimizer of every worker
 * @param compute how the engine computes a step
 * @param backend the engine's kernels, by name; networks of DL4J's layers compute with ND4J
 * @param numThreads that the engine computes with
 * @param seed of dropout
 * @param batchSize B, sequences of one step
 */
public record Dl4jNetwork(
    ModelShape model,
    OptimizerConfig optimizer,
    ComputeOptions compute,
    String backend,
    int numThreads,
    long seed,
    int batchSize)
    implements Serializable {

  /** What DL4J's arrays, and the layers of its own, compute with. */
  public static final String KERNELS = "nd4j";

  ComputationGraphConfiguration graph() {
    return model instanceof NetworkConfig network
        ? NetworkGraphs.training(network, optimizer)
        : TransformerLayer.graph(
            (ArchitectureConfig) model, optimizer, compute, backend, numThreads, seed);
  }

  /** Rows of what a step's batch is to DL4J: ELMo reads every sequence twice. */
  int numRows() {
    boolean readsTwice =
        model instanceof NetworkConfig network && network.kind() == NetworkConfig.Kind.ELMO;
    return readsTwice ? 2 * batchSize : batchSize;
  }

  /**
   * A batch as DL4J reads it.
   *
   * @param step the optimiser step from 0, which dropout is drawn by, with the sequence's number
   *     among those of all replicas
   */
  MultiDataSet dataSet(Batch batch, long step, int replica) {
    return model instanceof NetworkConfig network
        ? NetworkBatches.of(network, (CausalBatch) batch)
        : TransformerBatches.of(
            batch, new StepPosition(step, step, seed, (long) replica * batchSize));
  }
}
