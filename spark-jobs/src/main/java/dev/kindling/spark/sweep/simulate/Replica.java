package dev.kindling.spark.sweep.simulate;

import dev.kindling.model.layout.PartLayout;
import dev.kindling.model.layout.PieceRange;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.spark.memory.RunMemory;
import dev.kindling.spark.parallel.schedule.PipelineSchedule;
import dev.kindling.spark.parallel.schedule.ScheduleSimulator;
import dev.kindling.spark.parallel.schedule.StageBalance;
import dev.kindling.spark.parallel.schedule.StageTimes;
import dev.kindling.spark.sweep.simulate.SliceSums.MicroBatch;
import dev.kindling.spark.train.GroupLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What the ranks of one replica hold and how long its passes take, however many replicas there are,
 * in stages as they are cut before anything is measured.
 *
 * @param numParameters P of the model
 * @param stageParameters those of the first slice of each stage
 * @param tiedSeconds for each stage, of summing up what it and others have found of the gradients
 *     of parameters that they share
 * @param backward seconds of a micro-batch on its way back, by virtual stage
 * @param aloneSeconds of all passes of a step, if messages took no time
 * @param seconds of all passes of a step
 * @param mostHeld bytes of the parameters of the rank with the most
 * @param allHeld those of all ranks
 * @param mostOwn bytes of the parameters that a rank speaks for, where it is the most
 * @param memory of a run of one such replica
 */
record Replica(
    long numParameters,
    List<Long> stageParameters,
    List<Double> tiedSeconds,
    List<Double> backward,
    double aloneSeconds,
    double seconds,
    long mostHeld,
    long allHeld,
    long mostOwn,
    RunMemory memory) {
  /** No time at all would be no stage. */
  private static final double LEAST_SECONDS = 1e-12;

  /** Of the arithmetic of a pass, the way forward has one part of so many. */
  private static final int PARTS = 3;

  private static final int PARTS_IF_COMPUTED_TWICE = 4;

  static Replica of(Workload workload, Rates rates, Candidate candidate) {
    PipelineSchedule schedule = candidate.parallel().pipelineSchedule();
    List<Double> costs = workload.memory(candidate).pieceCosts();
    GroupLayout layout =
        new GroupLayout(
            workload.model(), candidate.mesh(), StageBalance.cut(costs, schedule.numStages()));
    ComputeOptions compute = workload.training().compute(candidate.parallel().microBatches());
    Collectives collectives = Collectives.of(rates);
    MicroBatch microBatch = workload.microBatch(candidate);
    int numSlices = candidate.mesh().tensorParallel();
    double pass = workload.stepSeconds(candidate) / candidate.parallel().microBatches() / numSlices;
    double parts = compute.activationCheckpointing() ? PARTS_IF_COMPUTED_TWICE : PARTS;
    List<Double> forward = new ArrayList<>();
    List<Double> backward = new ArrayList<>();
    List<Double> forwardTogether = new ArrayList<>();
    List<Double> backwardTogether = new ArrayList<>();
    for (PieceRange stage : layout.stages()) {
      double share = sum(costs.subList(stage.first(), stage.end())) / sum(costs);
      SliceSums sums =
          SliceSums.of(workload.model(), costs.size(), stage, numSlices, compute, microBatch);
      forward.add(Math.max(LEAST_SECONDS, pass * share / parts));
      backward.add(Math.max(LEAST_SECONDS, pass * share * (parts - 1) / parts));
      forwardTogether.add(
          last(forward) + SliceSums.seconds(sums.forward(), collectives, numSlices));
      backwardTogether.add(
          last(backward) + SliceSums.seconds(sums.backward(), collectives, numSlices));
    }
    double transfer =
        candidate.mesh().pipelineParallel() == 1
            ? 0
            : collectives.message(messageBytes(workload, microBatch, compute));
    List<PartLayout> ranks = layout.parts();
    List<PartLayout> stages =
        IntStream.range(0, schedule.numRanks())
            .mapToObj(stage -> ranks.get(stage * numSlices))
            .toList();
    long[] held = ranks.stream().mapToLong(part -> part.numParameters() * Float.BYTES).toArray();
    return new Replica(
        workload.numParameters(),
        stages.stream().map(PartLayout::numParameters).toList(),
        tied(stages, collectives),
        List.copyOf(backward),
        simulated(schedule, new StageTimes(forward, backward, 0)),
        simulated(schedule, new StageTimes(forwardTogether, backwardTogether, transfer)),
        Arrays.stream(held).max().orElseThrow(),
        Arrays.stream(held).sum(),
        ranks.stream().mapToLong(Replica::ownBytes).max().orElseThrow(),
        workload.memory(candidate).run());
  }

  private static double sum(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sum();
  }

  private static double last(List<Double> values) {
    return values.get(values.size() - 1);
  }

  private static double simulated(PipelineSchedule schedule, StageTimes times) {
    return ScheduleSimulator.run(schedule, times).totalSeconds();
  }

  /** A stream of [N, C] goes from stage to stage; behind an encoder, what it made goes along. */
  private static long messageBytes(
      Workload workload, MicroBatch microBatch, ComputeOptions compute) {
    long tokens = microBatch.sequences() * microBatch.length();
    if (workload.hasDecoder()) {
      tokens += microBatch.sequences() * microBatch.targetLength();
    }
    return tokens * workload.model().embeddingSize() * compute.precision().dtype().bytes();
  }

  private static List<Double> tied(List<PartLayout> stages, Collectives collectives) {
    Map<String, Integer> numHolders = new HashMap<>();
    for (PartLayout stage : stages) {
      stage.slices().forEach(slice -> numHolders.merge(slice.name(), 1, Integer::sum));
    }
    List<Double> seconds = new ArrayList<>();
    for (PartLayout stage : stages) {
      seconds.add(
          stage.slices().stream()
              .mapToDouble(
                  slice ->
                      collectives.allReduce(
                          DType.F32, slice.numElements(), numHolders.get(slice.name())))
              .sum());
    }
    return seconds;
  }

  private static long ownBytes(PartLayout part) {
    return part.held().stream()
            .filter(held -> part.speaksFor(held.placement()))
            .mapToLong(held -> held.local().numElements())
            .sum()
        * Float.BYTES;
  }
}
