package dev.kindling.spark.train.dl4j;

import dev.kindling.model.dl4j.GradientClipping;
import dev.kindling.model.optim.LearningRateSchedule;
import dev.kindling.model.random.CounterBasedRandom;
import dev.kindling.spark.parallel.TaskBackends;
import dev.kindling.spark.train.timeline.Activity;
import dev.kindling.spark.train.timeline.TaskClock;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.TaskCompletionListener;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.api.WorkerConfiguration;
import org.deeplearning4j.spark.api.worker.NetBroadcastTuple;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingResult;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingWorker;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One replica's local steps in a task, with clipping between gradient and update, and a report of
 * them. DL4J builds the network anew in every task.
 */
final class AveragingWorker extends ParameterAveragingTrainingWorker {
  private static final long serialVersionUID = 1L;

  private final Dl4jNetwork network;
  private final GradientClipping clipping;
  private final int firstStep;
  private final CollectionAccumulator<WorkerReport> reports;
  private final double[] losses;
  private final double[] gradientNorms;
  private final double[] learningRates;
  private transient TaskClock clock;
  private int numSteps;

  AveragingWorker(
      Broadcast<NetBroadcastTuple> broadcast,
      WorkerConfiguration configuration,
      Dl4jNetwork network,
      int firstStep,
      CollectionAccumulator<WorkerReport> reports) {
    this(
        broadcast,
        configuration,
        network,
        new GradientClipping(network.optimizer()),
        firstStep,
        reports);
  }

  private AveragingWorker(
      Broadcast<NetBroadcastTuple> broadcast,
      WorkerConfiguration configuration,
      Dl4jNetwork network,
      GradientClipping clipping,
      int firstStep,
      CollectionAccumulator<WorkerReport> reports) {
    super(broadcast, true, configuration, null, List.of(clipping), null);
    this.network = network;
    this.clipping = clipping;
    this.firstStep = firstStep;
    this.reports = reports;
    int most = configuration.getMaxBatchesPerWorker();
    this.losses = new double[most];
    this.gradientNorms = new double[most];
    this.learningRates = new double[most];
  }

  @Override
  public ComputationGraph getInitialModelGraph() {
    clock = new TaskClock(Activity.SET_UP);
    TaskBackends.bindThread(Dl4jNetwork.KERNELS);
    ComputationGraph graph = super.getInitialModelGraph();
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> free(graph));
    // DL4J's copy of a configuration forgets the number of iterations, and with it where schedule
    // and bias correction are.
    graph.getConfiguration().setIterationCount(firstStep);
    clock.switchTo(Activity.COMPUTE);
    return graph;
  }

  /** Also after a failure: the garbage collector does not see what the engine and DL4J hold. */
  private static void free(ComputationGraph graph) {
    for (Layer layer : graph.getLayers()) {
      layer.close();
    }
    Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
  }

  @Override
  public ParameterAveragingTrainingResult processMinibatch(
      MultiDataSet data, ComputationGraph graph, boolean isLast) {
    if (TaskContext.get().isInterrupted()) {
      throw new TaskKilledException("the round was given up");
    }
    long step = (long) firstStep + numSteps;
    // What DL4J drops, it draws from this; a step that is taken again has to be the same.
    int replica = TaskContext.getPartitionId();
    Nd4j.getRandom().setSeed(CounterBasedRandom.key(network.seed(), step, replica));
    super.processMinibatch(data, graph, false);
    losses[numSteps] = graph.score();
    gradientNorms[numSteps] = clipping.lastNorm();
    learningRates[numSteps] = LearningRateSchedule.of(network.optimizer()).at(step);
    numSteps++;
    return isLast ? getFinalResult(graph) : null;
  }

  @Override
  public ParameterAveragingTrainingResult getFinalResult(ComputationGraph graph) {
    clock.switchTo(Activity.HAND_OUT);
    ParameterAveragingTrainingResult result = super.getFinalResult(graph);
    int replica = TaskContext.getPartitionId();
    reports.add(
        new WorkerReport(replica, losses, gradientNorms, learningRates, clock.read(replica)));
    return result;
  }
}
