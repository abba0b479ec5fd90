package dev.kindling.spark.sweep.simulate;

import dev.kindling.model.tensor.DType;
import dev.kindling.spark.parallel.Mesh;

/**
 * What a step takes.
 *
 * @param compute seconds, if ranks shared the work evenly and never waited
 * @param bubble seconds that uneven stages and the pipeline's filling and draining add
 * @param network seconds that messages between ranks add
 */
record StepCost(double compute, double bubble, double network) {
  /** As {@code GradientSum} cuts gradients that are summed up while others are still computed. */
  private static final double BUCKET_BYTES = 25 << 20;

  static StepCost of(Workload workload, Rates rates, Candidate candidate, Replica replica) {
    double compute = workload.stepSeconds(candidate) / candidate.mesh().ranksPerReplica();
    if (!candidate.talks()) {
      return new StepCost(compute, 0, 0);
    }
    Messages messages = new Messages(candidate, replica, Collectives.of(rates));
    double passes = replica.seconds() - replica.aloneSeconds();
    return new StepCost(
        compute,
        Math.max(0, replica.aloneSeconds() - compute),
        passes + messages.gradients() + messages.agreements());
  }

  /** What ranks tell each other beside the passes. */
  private record Messages(Candidate candidate, Replica replica, Collectives collectives) {

    /** Of the stage whose gradients take the longest. */
    double gradients() {
      double most = 0;
      for (int stage = 0; stage < mesh().pipelineParallel(); stage++) {
        double seconds = replica.tiedSeconds().get(stage);
        if (candidate.isSynchronous() && mesh().dataParallel() > 1) {
          seconds +=
              overReplicas(replica.stageParameters().get(stage), replica.backward().get(stage));
        }
        most = Math.max(most, seconds);
      }
      return most;
    }

    private Mesh mesh() {
      return candidate.mesh();
    }

    /**
     * The sum over replicas begins while the last micro-batch still goes backwards: only the last
     * bucket certainly waits for it.
     */
    private double overReplicas(long size, double backward) {
      double buckets =
          candidate.parallel().virtualStages() == 1
              ? Math.max(1, Math.floor(size * Float.BYTES / BUCKET_BYTES))
              : 1;
      long sizeOfOne = (long) Math.ceil(size / buckets);
      double one = collectives.allReduce(DType.F32, sizeOfOne, mesh().dataParallel());
      double hidden = backward * (1 - 1 / buckets);
      return Math.max(one, buckets * one - hidden);
    }

    /** What one loss weighs, then the loss and the norm: two numbers each. */
    double agreements() {
      boolean together = candidate.isSynchronous();
      int deciders = together ? mesh().numRanks() : mesh().ranksPerReplica();
      double scale = together ? collectives.allReduce(DType.F64, 2, mesh().dataParallel()) : 0;
      return scale + collectives.allReduce(DType.F64, 2, deciders);
    }
  }
}
