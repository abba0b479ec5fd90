package dev.kindling.spark.sweep.simulate;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.config.DataParallelismConfig;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.config.DataParallelismConfig.Mode;
import dev.kindling.spark.config.DataParallelismConfig.PseudoGradients;
import dev.kindling.spark.config.ParallelConfig;
import dev.kindling.spark.parallel.schedule.ScheduleKind;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * All ways to train a model on a number of executors: every mesh that the model can be cut for,
 * both strategies, every form of pseudo-gradients, every schedule, and numbers of micro-batches in
 * powers of two. All ways of one number of executors take as many sequences in a step, so that
 * their throughputs can be compared: a replica of n executors has n times the batch of one.
 *
 * @param workload what is trained
 * @param strategies those to look at
 * @param globalBatch sequences of all replicas in a step (strong scaling); empty for as many more
 *     as there are executors (weak scaling)
 */
public record Candidates(Workload workload, List<Mode> strategies, OptionalInt globalBatch) {
  private static final int CHUNKS_WHERE_INTERLEAVED = 2;

  /** Micro-batches of a pipeline, in its stages; more hardly make the bubble smaller. */
  private static final List<Integer> MICRO_BATCHES_PER_STAGE = List.of(1, 2, 4, 8);

  private static final int TIMEOUT_SECONDS = 300;

  /**
   * Checks the batch.
   *
   * @throws InvalidInputException if it is not positive
   */
  public Candidates {
    strategies = List.copyOf(strategies);
    if (globalBatch.isPresent() && globalBatch.getAsInt() < 1) {
      throw new InvalidInputException(
          "--global-batch is " + globalBatch.getAsInt(),
          "1 sequence or more",
          "give the sequences of all replicas in a step");
    }
  }

  /**
   * The ways for {@code numExecutors}; none if a global batch cannot be shared by them.
   *
   * @throws InvalidInputException if the number is not positive
   */
  public List<Candidate> of(int numExecutors) {
    if (numExecutors < 1) {
      throw new InvalidInputException(
          "--executors has " + numExecutors, "numbers of 1 or more", "correct it");
    }
    List<Candidate> candidates = new ArrayList<>();
    int numPieces = workload.model().placements().numPieces();
    for (int tensorParallel : divisors(numExecutors, workload.model().numHeads())) {
      if (!canBeSliced(tensorParallel)) {
        continue;
      }
      for (int pipelineParallel : divisors(numExecutors / tensorParallel, numPieces)) {
        int dataParallel = numExecutors / tensorParallel / pipelineParallel;
        batch(dataParallel, pipelineParallel * tensorParallel)
            .ifPresent(
                batch ->
                    candidates.addAll(
                        ofMesh(dataParallel, pipelineParallel, tensorParallel, batch)));
      }
    }
    return candidates;
  }

  private static List<Integer> divisors(int number, int most) {
    return IntStream.rangeClosed(1, Math.min(number, most))
        .filter(divisor -> number % divisor == 0)
        .boxed()
        .toList();
  }

  private boolean canBeSliced(int tensorParallel) {
    try {
      workload.model().requireSlices(tensorParallel);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private OptionalInt batch(int dataParallel, int ranksPerReplica) {
    if (globalBatch.isEmpty()) {
      return OptionalInt.of(Math.multiplyExact(workload.training().batchSize(), ranksPerReplica));
    }
    int all = globalBatch.getAsInt();
    return all % dataParallel == 0 ? OptionalInt.of(all / dataParallel) : OptionalInt.empty();
  }

  private List<Candidate> ofMesh(
      int dataParallel, int pipelineParallel, int tensorParallel, int batch) {
    List<Candidate> candidates = new ArrayList<>();
    for (ParallelConfig parallel :
        schedules(dataParallel, pipelineParallel, tensorParallel, batch)) {
      for (DataParallelismConfig replicas : replicas(parallel)) {
        candidates.add(new Candidate(parallel, replicas, batch));
      }
    }
    return candidates;
  }

  private List<ParallelConfig> schedules(
      int dataParallel, int pipelineParallel, int tensorParallel, int batch) {
    int numPieces = workload.model().placements().numPieces();
    List<ParallelConfig> schedules = new ArrayList<>();
    for (int microBatches : microBatches(pipelineParallel, batch)) {
      for (ScheduleKind kind : ScheduleKind.values()) {
        boolean interleaved = kind == ScheduleKind.INTERLEAVED;
        int chunks = interleaved ? CHUNKS_WHERE_INTERLEAVED : 1;
        boolean isPossible =
            pipelineParallel == 1
                ? kind == ScheduleKind.ONE_FORWARD_ONE_BACKWARD
                : !interleaved
                    || (chunks * pipelineParallel <= numPieces
                        && microBatches % pipelineParallel == 0);
        if (isPossible) {
          schedules.add(
              new ParallelConfig(
                  dataParallel,
                  pipelineParallel,
                  tensorParallel,
                  microBatches,
                  kind.label(),
                  chunks,
                  TIMEOUT_SECONDS));
        }
      }
    }
    return schedules;
  }

  private static List<Integer> microBatches(int pipelineParallel, int batch) {
    if (pipelineParallel == 1) {
      return IntStream.iterate(1, parts -> parts <= batch, parts -> 2 * parts).boxed().toList();
    }
    List<Integer> parts =
        MICRO_BATCHES_PER_STAGE.stream()
            .map(each -> each * pipelineParallel)
            .filter(each -> each <= batch)
            .toList();
    return parts.isEmpty() ? List.of(batch) : parts;
  }

  private List<DataParallelismConfig> replicas(ParallelConfig parallel) {
    boolean isOneReplica = parallel.dataParallel() == 1;
    boolean isWhole = parallel.mesh().ranksPerReplica() == 1;
    InnerState given = workload.replicas().innerState();
    List<DataParallelismConfig> replicas = new ArrayList<>();
    if (strategies.contains(Mode.AVERAGING) && (isWhole || !isOneReplica)) {
      // Of groups, nobody keeps moments alone.
      boolean canKeep = isWhole || given != InnerState.KEEP;
      InnerState innerState = canKeep ? given : InnerState.AVERAGE;
      for (PseudoGradients sent : PseudoGradients.values()) {
        if (isWhole || sent == PseudoGradients.F32) {
          replicas.add(with(Mode.AVERAGING, innerState, sent));
        }
      }
    }
    if (strategies.contains(Mode.SYNCHRONOUS)) {
      replicas.add(with(Mode.SYNCHRONOUS, given, PseudoGradients.F32));
    }
    return replicas;
  }

  private DataParallelismConfig with(Mode mode, InnerState innerState, PseudoGradients sent) {
    return Candidate.variant(workload.replicas(), mode, innerState, sent);
  }
}
