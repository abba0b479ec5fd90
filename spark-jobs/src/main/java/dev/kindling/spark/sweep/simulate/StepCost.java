package dev.kindling.spark.sweep.simulate;

import dev.kindling.model.layout.PartLayout;
import dev.kindling.model.layout.PieceRange;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.spark.parallel.Mesh;
import dev.kindling.spark.parallel.schedule.PipelineSchedule;
import dev.kindling.spark.parallel.schedule.ScheduleSimulator;
import dev.kindling.spark.parallel.schedule.StageTimes;
import dev.kindling.spark.sweep.simulate.SliceSums.MicroBatch;
import dev.kindling.spark.train.GroupLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What a step of one replica takes.
 *
 * @param compute seconds, if its ranks shared the work evenly and never waited
 * @param bubble seconds that uneven stages and the pipeline's filling and draining add
 * @param network seconds that messages between ranks add
 */
record StepCost(double compute, double bubble, double network) {
  /** No time at all would be no stage. */
  private static final double LEAST_SECONDS = 1e-12;

  /** As {@code GradientSum} cuts gradients that are summed up while others are still computed. */
  private static final double BUCKET_BYTES = 25 << 20;

  /** Of the arithmetic of a pass, the way forward has one part of so many. */
  private static final int PARTS = 3;

  private static final int PARTS_IF_COMPUTED_TWICE = 4;

  static StepCost of(Workload workload, Rates rates, Candidate candidate, GroupLayout layout) {
    double compute = workload.stepSeconds(candidate) / candidate.mesh().ranksPerReplica();
    return candidate.talks()
        ? new Calculation(workload, rates, candidate, layout).ofGroup(compute)
        : new StepCost(compute, 0, 0);
  }

  private static final class Calculation {
    private final Workload workload;
    private final Candidate candidate;
    private final Mesh mesh;
    private final GroupLayout layout;
    private final Collectives collectives;
    private final MicroBatch microBatch;
    private final ComputeOptions compute;
    private final List<Double> forward = new ArrayList<>();
    private final List<Double> backward = new ArrayList<>();
    private final List<Double> forwardSums = new ArrayList<>();
    private final List<Double> backwardSums = new ArrayList<>();

    Calculation(Workload workload, Rates rates, Candidate candidate, GroupLayout layout) {
      this.workload = workload;
      this.candidate = candidate;
      this.mesh = candidate.mesh();
      this.layout = layout;
      this.collectives = Collectives.of(rates);
      this.microBatch = workload.microBatch(candidate);
      this.compute = workload.training().compute(candidate.parallel().microBatches());
    }

    StepCost ofGroup(double evenSeconds) {
      List<Double> costs = workload.memory(candidate).pieceCosts();
      double all = sum(costs);
      double passes =
          workload.stepSeconds(candidate)
              / candidate.parallel().microBatches()
              / mesh.tensorParallel();
      double parts = compute.activationCheckpointing() ? PARTS_IF_COMPUTED_TWICE : PARTS;
      for (PieceRange stage : layout.stages()) {
        double seconds = passes * sum(costs.subList(stage.first(), stage.end())) / all;
        forward.add(Math.max(LEAST_SECONDS, seconds / parts));
        backward.add(Math.max(LEAST_SECONDS, seconds * (parts - 1) / parts));
        SliceSums sums =
            SliceSums.of(workload.model(), stage, mesh.tensorParallel(), compute, microBatch);
        forwardSums.add(SliceSums.seconds(sums.forward(), collectives, mesh.tensorParallel()));
        backwardSums.add(SliceSums.seconds(sums.backward(), collectives, mesh.tensorParallel()));
      }
      PipelineSchedule schedule = candidate.parallel().pipelineSchedule();
      double alone = seconds(schedule, new StageTimes(forward, backward, 0));
      double together =
          seconds(
              schedule,
              new StageTimes(plus(forward, forwardSums), plus(backward, backwardSums), transfer()));
      double network = together - alone + gradients(schedule) + agreements();
      return new StepCost(evenSeconds, Math.max(0, alone - evenSeconds), network);
    }

    private static double seconds(PipelineSchedule schedule, StageTimes times) {
      return ScheduleSimulator.run(schedule, times).totalSeconds();
    }

    private static double sum(List<Double> values) {
      return values.stream().mapToDouble(Double::doubleValue).sum();
    }

    private static List<Double> plus(List<Double> left, List<Double> right) {
      List<Double> sums = new ArrayList<>();
      for (int i = 0; i < left.size(); i++) {
        sums.add(left.get(i) + right.get(i));
      }
      return sums;
    }

    /** A stream of [N, C] goes from stage to stage; behind an encoder, what it made goes along. */
    private double transfer() {
      if (mesh.pipelineParallel() == 1) {
        return 0;
      }
      long tokens = microBatch.sequences() * microBatch.length();
      if (workload.hasDecoder()) {
        tokens += microBatch.sequences() * microBatch.targetLength();
      }
      return collectives.message(
          tokens * workload.model().embeddingSize() * compute.precision().dtype().bytes());
    }

    /**
     * Over stages that share a parameter, then over replicas. The latter begins while the last
     * micro-batch still goes backwards: only the last bucket certainly waits for it.
     */
    private double gradients(PipelineSchedule schedule) {
      double most = 0;
      for (int stage = 0; stage < mesh.pipelineParallel(); stage++) {
        PartLayout part = layout.part(stage, 0);
        double seconds = tied(part);
        if (candidate.isSynchronous() && mesh.dataParallel() > 1) {
          long size = part.numParameters();
          double buckets =
              schedule.numChunks() == 1
                  ? Math.max(1, Math.floor(size * Float.BYTES / BUCKET_BYTES))
                  : 1;
          double sum =
              buckets
                  * collectives.allReduce(
                      DType.F32, (long) Math.ceil(size / buckets), mesh.dataParallel());
          double hidden = backward.get(stage) * (1 - 1 / buckets);
          seconds += Math.max(sum / buckets, sum - hidden);
        }
        most = Math.max(most, seconds);
      }
      return most;
    }

    private double tied(PartLayout part) {
      Map<String, TreeSet<Integer>> holders = new HashMap<>();
      for (int stage = 0; stage < mesh.pipelineParallel(); stage++) {
        for (PartLayout.Held held : layout.part(stage, 0).held()) {
          holders.computeIfAbsent(held.local().name(), name -> new TreeSet<>()).add(stage);
        }
      }
      return part.held().stream()
          .mapToDouble(
              held ->
                  collectives.allReduce(
                      DType.F32,
                      held.local().numElements(),
                      holders.get(held.local().name()).size()))
          .sum();
    }

    /** What one loss weighs, then the loss and the norm: two numbers each. */
    private double agreements() {
      int deciders = candidate.isSynchronous() ? mesh.numRanks() : mesh.ranksPerReplica();
      double scale =
          candidate.isSynchronous() ? collectives.allReduce(DType.F64, 2, mesh.dataParallel()) : 0;
      return scale + collectives.allReduce(DType.F64, 2, deciders);
    }
  }
}
