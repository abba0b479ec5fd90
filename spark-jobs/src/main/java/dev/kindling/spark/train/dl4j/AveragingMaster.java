package dev.kindling.spark.train.dl4j;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaRDDLike;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.CollectionAccumulator;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.api.Repartition;
import org.deeplearning4j.spark.api.WorkerConfiguration;
import org.deeplearning4j.spark.api.worker.NetBroadcastTuple;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingWorker;

/**
 * DL4J's parameter averaging for one round: every partition is a worker that takes as many steps as
 * it has minibatches, and parameters and updater state are averaged over all of them. Without the
 * state, which DL4J leaves out unless told otherwise, Adam would begin anew in every round.
 *
 * <p>DL4J broadcasts the model in every round and never frees a broadcast; {@link #close} does.
 */
final class AveragingMaster extends ParameterAveragingTrainingMaster implements AutoCloseable {
  private static final int AGGREGATION_DEPTH = 2;

  // Only the driver has a master.
  private final transient Dl4jNetwork network;
  private final transient CollectionAccumulator<WorkerReport> reports;
  private transient Broadcast<NetBroadcastTuple> broadcast;

  AveragingMaster(
      Dl4jNetwork network,
      int numWorkers,
      int numSteps,
      CollectionAccumulator<WorkerReport> reports) {
    super(
        new Builder(numWorkers, network.numRows())
            .batchSizePerWorker(network.numRows())
            .averagingFrequency(numSteps)
            .aggregationDepth(AGGREGATION_DEPTH)
            .saveUpdater(true)
            // Which worker takes which samples is decided, and batches are read once.
            .repartionData(Repartition.Never)
            .storageLevel(null)
            .rddTrainingApproach(RDDTrainingApproach.Direct)
            .workerPrefetchNumBatches(0)
            .rngSeed(network.seed()));
    this.network = network;
    this.reports = reports;
  }

  @Override
  public ParameterAveragingTrainingWorker getWorkerInstance(SparkComputationGraph graph) {
    ComputationGraph global = graph.getNetwork();
    broadcast =
        graph
            .getSparkContext()
            .broadcast(
                new NetBroadcastTuple(
                    global.getConfiguration(),
                    global.params(),
                    global.getUpdater().getStateViewArray()));
    WorkerConfiguration configuration =
        new WorkerConfiguration(
            true, network.numRows(), network.numRows(), averagingFrequency, 0, false);
    return new AveragingWorker(
        broadcast, configuration, network, global.getConfiguration().getIterationCount(), reports);
  }

  /** DL4J would read all batches to count them, though all of them belong to one average. */
  @Override
  protected <T, R extends JavaRDDLike<T, R>> long getTotalDataSetObjectCount(
      JavaRDDLike<T, R> batches) {
    return (long) numWorkers * averagingFrequency;
  }

  /** Every worker's report; of one that ran more than once, only one. */
  List<WorkerReport> reports() {
    return List.copyOf(
        reports.value().stream()
            .collect(
                Collectors.toMap(
                    WorkerReport::replica, each -> each, (one, same) -> same, TreeMap::new))
            .values());
  }

  @Override
  public void close() {
    if (broadcast != null) {
      broadcast.destroy();
    }
  }
}
