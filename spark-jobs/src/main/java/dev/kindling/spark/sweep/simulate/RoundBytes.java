package dev.kindling.spark.sweep.simulate;

import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.parallel.ShardLayout;

/**
 * What Spark moves in one round, beside what ranks send each other in its steps.
 *
 * @param gathered parameters, and moments where they are averaged, that the executor with the most
 *     receives before its steps
 * @param handedOut what the one with the most gives to the shards after them
 * @param kept what stays with a replica: its moments, and its outcome until the next round
 * @param state of all shards together
 * @param payload of both shuffles on all executors: what a run reports as bytes moved
 * @param firstPayload the same of a run's first round, in which moments are zero and not sent
 * @param numShards S
 */
record RoundBytes(
    long gathered,
    long handedOut,
    long kept,
    long state,
    long payload,
    long firstPayload,
    int numShards) {

  static RoundBytes of(Workload workload, Candidate candidate, Replica replica) {
    return candidate.talks()
        ? ofGroups(workload, candidate, replica)
        : ofWholeReplicas(workload, candidate, replica);
  }

  private static RoundBytes ofWholeReplicas(
      Workload workload, Candidate candidate, Replica replica) {
    int numReplicas = candidate.mesh().dataParallel();
    ShardLayout shards = ShardLayout.derive(replica.numParameters(), numReplicas);
    long parameters = shards.numBytes();
    long moments = workload.training().optimizer().numMoments() * parameters;
    InnerState innerState = candidate.replicas().innerState();
    long averaged = innerState == InnerState.AVERAGE ? moments : 0;
    long update = 0;
    for (int shard = 0; shard < shards.numShards(); shard++) {
      update += candidate.replicas().pseudoGradients().encodedBytes(shards.length(shard));
    }
    long handedOut = update + averaged;
    return new RoundBytes(
        parameters + averaged,
        handedOut,
        innerState == InnerState.KEEP ? moments + handedOut : 0,
        parameters * (hasVelocity(candidate) ? 2 : 1) + averaged,
        numReplicas * (parameters + averaged + handedOut),
        numReplicas * (parameters + handedOut),
        shards.numShards());
  }

  private static RoundBytes ofGroups(Workload workload, Candidate candidate, Replica replica) {
    int numReplicas = candidate.mesh().dataParallel();
    ShardLayout shards = ShardLayout.derive(replica.numParameters(), numReplicas);
    boolean tellsMoments = candidate.replicas().innerState() != InnerState.RESET;
    int numMoments = tellsMoments ? workload.training().optimizer().numMoments() : 0;
    // Synchronous replicas come to the same, so that one speaks for all.
    long handedOut =
        (candidate.isSynchronous() ? 1L : numReplicas) * shards.numBytes() * (1 + numMoments);
    return new RoundBytes(
        replica.mostHeld() * (1 + numMoments),
        replica.mostOwn() * (1 + numMoments),
        0,
        shards.numBytes() * ((hasVelocity(candidate) ? 2 : 1) + numMoments),
        numReplicas * replica.allHeld() * (1 + numMoments) + handedOut,
        numReplicas * replica.allHeld() + handedOut,
        shards.numShards());
  }

  private static boolean hasVelocity(Candidate candidate) {
    return candidate.replicas().outer().momentum() != 0;
  }

  /**
   * Bytes that an executor writes and reads: both ends of both shuffles, and of the copies of what
   * is held between rounds, which Spark keeps where there is a second executor.
   */
  long handled(int numExecutors) {
    return 2 * (gathered + handedOut + copied(numExecutors));
  }

  /** Those of them that cross the network into an executor, and as many out of one. */
  double remote(int numExecutors) {
    double others = 1 - 1.0 / numExecutors;
    return others * (gathered + handedOut) + copied(numExecutors);
  }

  private long copied(int numExecutors) {
    return numExecutors == 1 ? 0 : kept + state / numExecutors;
  }
}
