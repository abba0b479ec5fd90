package dev.kindling.spark.sweep.simulate;

import dev.kindling.spark.config.DataParallelismConfig.Mode;
import dev.kindling.spark.config.DataParallelismConfig.PseudoGradients;
import dev.kindling.spark.config.ParallelConfig;
import dev.kindling.spark.memory.ExecutorMemory;
import dev.kindling.spark.memory.ExecutorSettings;
import dev.kindling.spark.memory.ExecutorSettings.Cluster;
import dev.kindling.spark.memory.RunMemory;
import dev.kindling.spark.report.Words;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Predicts what training takes on a cluster. Not thread-safe: it remembers what it has computed.
 */
public final class ClusterSimulator {
  /** Spark's default for the share of the heap that blocks may fill. */
  private static final double MEMORY_FRACTION = 0.6;

  private final Workload workload;
  private final Rates rates;
  private final OptionalLong executorMemory;
  private final double tokensPerSecondAlone;
  private final Map<Candidate, Replica> replicas = new HashMap<>();
  private final Map<Integer, Double> stragglers = new HashMap<>();

  /**
   * A cluster.
   *
   * @param workload what is trained
   * @param rates of the cluster
   * @param executorMemory bytes that an executor may have in all; empty for no limit
   */
  public ClusterSimulator(Workload workload, Rates rates, OptionalLong executorMemory) {
    this.workload = workload;
    this.rates = rates;
    this.executorMemory = executorMemory;
    this.tokensPerSecondAlone = tokensPerSecondAlone();
  }

  /** All of it. */
  public Prediction predict(Candidate candidate) {
    return predict(candidate, tokensPerSecondAlone);
  }

  /** Throughput of one executor that does everything, in rounds of as many steps. */
  private double tokensPerSecondAlone() {
    Candidate alone =
        new Candidate(
            ParallelConfig.ofReplicas(1),
            Candidate.variant(
                workload.replicas(),
                Mode.AVERAGING,
                workload.replicas().innerState(),
                PseudoGradients.F32),
            workload.training().batchSize());
    return predict(alone, 1).tokensPerSecond();
  }

  private Prediction predict(Candidate candidate, double alone) {
    int numExecutors = candidate.numExecutors();
    int localSteps = candidate.replicas().localSteps();
    Replica replica =
        replicas.computeIfAbsent(candidate.ofOneReplica(), one -> Replica.of(workload, rates, one));
    StepCost step = StepCost.of(workload, rates, candidate, replica);
    RoundBytes bytes = RoundBytes.of(workload, candidate, replica);
    double slowest =
        stragglers.computeIfAbsent(
            numExecutors, number -> Straggling.factor(number, rates.spread()));
    double straggling = (slowest - 1) * (step.compute() + step.bubble());
    double shuffle = shuffleSeconds(bytes, numExecutors) / localSteps;
    double scheduling = schedulingSeconds(bytes, candidate) / localSteps;
    double seconds =
        step.compute() + step.bubble() + straggling + step.network() + shuffle + scheduling;
    double tokensPerSecond = workload.tokensPerStep(candidate) / seconds;
    long memory = memory(candidate, replica);
    return new Prediction(
        candidate,
        step.compute(),
        step.bubble(),
        straggling,
        step.network(),
        shuffle,
        scheduling,
        tokensPerSecond,
        tokensPerSecond / (numExecutors * alone),
        bytes.payload(),
        memory,
        refusal(memory));
  }

  /** Spark's shuffles write, move and read one after the other, and ask every executor once. */
  private double shuffleSeconds(RoundBytes bytes, int numExecutors) {
    return bytes.handled(numExecutors) / rates.shuffleRate()
        + bytes.remote(numExecutors) / rates.bandwidth()
        + 2 * (numExecutors - 1) * rates.latency();
  }

  /** The shards' tasks, the ranks', the shards' again; ranks that talk first find each other. */
  private double schedulingSeconds(RoundBytes bytes, Candidate candidate) {
    int numExecutors = candidate.numExecutors();
    double tasks = (2.0 * bytes.numShards() + numExecutors) * rates.taskSeconds();
    double meeting =
        candidate.talks() ? rates.barrierSeconds() + (numExecutors - 1) * rates.latency() : 0;
    return rates.roundSeconds() + tasks + meeting;
  }

  /** What a rank of a group holds does not depend on how many groups there are. */
  private long memory(Candidate candidate, Replica replica) {
    RunMemory run =
        candidate.mesh().ranksPerReplica() > 1
            ? replica.memory()
            : workload.memory(candidate).run();
    ExecutorSettings unlimited =
        new ExecutorSettings(
            Cluster.OTHER,
            1,
            OptionalInt.of(candidate.numExecutors()),
            Long.MAX_VALUE,
            OptionalLong.empty(),
            0,
            OptionalLong.empty(),
            MEMORY_FRACTION);
    ExecutorMemory need = ExecutorMemory.of(run, unlimited);
    return need.heap() + need.overhead();
  }

  private Optional<String> refusal(long memory) {
    return executorMemory.isPresent() && memory > executorMemory.getAsLong()
        ? Optional.of("needs " + Words.bytes(memory) + " an executor")
        : Optional.empty();
  }
}
