package dev.kindling.spark.sweep.simulate;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.T5Config;
import dev.kindling.model.objective.MaskedLanguageModelling;
import dev.kindling.model.objective.Objective;
import dev.kindling.model.objective.SpanCorruption;
import dev.kindling.spark.config.DataParallelismConfig;
import dev.kindling.spark.config.ParallelConfig;
import dev.kindling.spark.config.TrainingConfig;
import dev.kindling.spark.sweep.simulate.SliceSums.MicroBatch;
import dev.kindling.spark.train.ModelSize;
import dev.kindling.spark.train.PlannedMemory;
import dev.kindling.spark.train.RunObjective;

/**
 * What is to be trained, and how fast one executor does it.
 *
 * @param model the resolved shape
 * @param objective what it is trained for
 * @param training with the batch of one executor: a replica of several has as many times more
 * @param replicas local steps, outer optimiser and inner state
 * @param secondsPerToken of an executor that has all of the model, forwards and backwards, with the
 *     update
 */
public record Workload(
    ArchitectureConfig model,
    Objective objective,
    TrainingConfig training,
    DataParallelismConfig replicas,
    double secondsPerToken) {

  /**
   * Checks the values.
   *
   * @throws InvalidInputException if the model is none that can be trained, or the time none
   */
  public Workload {
    ModelSize.requireTrainable(model);
    if (!(secondsPerToken > 0 && Double.isFinite(secondsPerToken))) {
      throw new InvalidInputException(
          "one executor is to train " + 1 / secondsPerToken + " tokens per second",
          "a finite number above 0",
          "give --tokens-per-second as a run of one replica has it, or --run DIR");
    }
  }

  /** P. */
  long numParameters() {
    return model.numParameters();
  }

  /** Tokens of all replicas in a step. */
  long tokensPerStep(Candidate candidate) {
    return candidate.mesh().dataParallel() * tokensPerReplica(candidate);
  }

  private long tokensPerReplica(Candidate candidate) {
    return (long) candidate.batchSize() * RunObjective.tokensPerSample(objective);
  }

  /** Seconds that a step of one replica would take an executor that does all of it. */
  double stepSeconds(Candidate candidate) {
    return secondsPerToken * tokensPerReplica(candidate);
  }

  /** The largest micro-batch of a step. */
  MicroBatch microBatch(Candidate candidate) {
    int parts = candidate.parallel().microBatches();
    long sequences = (candidate.batchSize() + parts - 1L) / parts;
    int length = model.contextLength();
    int targetLength = length;
    double predicted = 1;
    if (objective instanceof SpanCorruption spans) {
      SpanCorruption.Lengths lengths =
          SpanCorruption.lengths(spans.inputLength(), spans.noiseDensity(), spans.meanSpanLength());
      length = lengths.inputLength();
      targetLength = lengths.targetLength();
    } else if (objective instanceof MaskedLanguageModelling masked) {
      predicted = masked.masking().selection();
    }
    return new MicroBatch(
        sequences, length, targetLength, (long) Math.ceil(predicted * sequences * targetLength));
  }

  /** Whether a second stack reads what the first has made. */
  boolean hasDecoder() {
    return model instanceof T5Config || model instanceof BartConfig;
  }

  /** Parameters of the matrices that a token is multiplied with. */
  double products() {
    return new PlannedMemory(model, objective, training, ParallelConfig.ofReplicas(1), replicas)
        .pieceCosts().stream().mapToDouble(Double::doubleValue).sum();
  }

  /** What the memory of its executors is planned from. */
  PlannedMemory memory(Candidate candidate) {
    return new PlannedMemory(
        model,
        objective,
        training.withBatchSize(candidate.batchSize()),
        candidate.parallel(),
        candidate.replicas());
  }

  /** The same model, trained by faster or slower executors. */
  public Workload withSecondsPerToken(double newSecondsPerToken) {
    return new Workload(model, objective, training, replicas, newSecondsPerToken);
  }
}
