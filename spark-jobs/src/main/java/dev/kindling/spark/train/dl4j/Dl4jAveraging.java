package dev.kindling.spark.train.dl4j;

import dev.kindling.model.backend.Backends;
import dev.kindling.model.dl4j.FlatParameters;
import dev.kindling.model.nn.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.CollectionAccumulator;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The global model of DL4J's averaging, which lives on the driver: {@link SparkComputationGraph}
 * with a {@link AveragingMaster} of its own for every round. Not thread-safe.
 */
public final class Dl4jAveraging {
  private final JavaSparkContext spark;
  private final Dl4jNetwork network;
  private final BatchSource source;
  private final ComputationGraph global;

  /**
   * Makes the network on the driver, with moments of zero; parameters are to be written.
   *
   * @throws IllegalArgumentException if there is a GPU that ND4J cannot compute on
   */
  public Dl4jAveraging(JavaSparkContext spark, Dl4jNetwork network, BatchSource source) {
    Backends.bindThread(Dl4jNetwork.KERNELS, Optional.empty());
    this.spark = spark;
    this.network = network;
    this.source = source;
    this.global = new ComputationGraph(network.graph());
    this.global.init(
        Nd4j.createUninitializedDetached(DataType.FLOAT, network.model().numParameters()), false);
  }

  /** The parameters, F32, in the layout of the model: a view of DL4J's own. */
  public ParameterStore parameters() {
    return FlatParameters.over(network.model().layout(), global.params());
  }

  /** The optimiser's moments, each in the layout of the model: views of DL4J's own; none of SGD. */
  public List<ParameterStore> moments() {
    INDArray state = global.getUpdater().getStateViewArray();
    List<ParameterStore> moments = new ArrayList<>();
    long numParameters = network.model().numParameters();
    for (int i = 0; i < network.optimizer().numMoments(); i++) {
      INDArray moment =
          state
              .reshape(state.length())
              .get(NDArrayIndex.interval(i * numParameters, (i + 1) * numParameters));
      moments.add(FlatParameters.over(network.model().layout(), moment));
    }
    return moments;
  }

  /** To be called when parameters and moments were written. */
  public void written() {
    FlatParameters.writtenOnHost(global.params());
    if (network.optimizer().numMoments() > 0) {
      FlatParameters.writtenOnHost(global.getUpdater().getStateViewArray());
    }
  }

  /**
   * One round: local steps of all replicas, then the average of parameters and moments.
   *
   * @param firstStep the optimiser step that it begins with, from 0
   * @param firstSamples [R, H]: the first sample of every step of every replica
   * @return a report of every replica, in their order
   */
  public List<WorkerReport> fit(long firstStep, long[][] firstSamples) {
    int numReplicas = firstSamples.length;
    int numSteps = firstSamples[0].length;
    JavaRDD<MultiDataSet> batches =
        spark
            .parallelize(IntStream.range(0, numReplicas).boxed().toList(), numReplicas)
            .flatMap(new ReplicaBatches(network, source, firstStep, firstSamples))
            .setName("batches from step " + (firstStep + 1));
    global.getConfiguration().setIterationCount(Math.toIntExact(firstStep));
    CollectionAccumulator<WorkerReport> reports = new CollectionAccumulator<>();
    spark.sc().register(reports, "reports of DL4J's workers");
    try (AveragingMaster master = new AveragingMaster(network, numReplicas, numSteps, reports)) {
      new SparkComputationGraph(spark, global, master).fitMultiDataSet(batches);
      return master.reports();
    }
  }
}
