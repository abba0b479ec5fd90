package dev.kindling.spark.cli;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.objective.Objective;
import dev.kindling.model.train.MemoryPlan;
import dev.kindling.spark.config.DataParallelismConfig.Mode;
import dev.kindling.spark.config.DataParallelismConfig.PseudoGradients;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.memory.ExecutorSettings;
import dev.kindling.spark.memory.MemoryCheck;
import dev.kindling.spark.memory.RunMemory;
import dev.kindling.spark.parallel.Mesh;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.train.ModelSize;
import dev.kindling.spark.train.PlannedMemory;
import dev.kindling.spark.train.RunObjective;
import dev.kindling.spark.train.TrainingRun;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;

/**
 * A training run in numbers, before it is run.
 *
 * @param numParameters P
 * @param mesh the ranks
 * @param elastic whether the number of replicas follows the cluster's slots
 * @param pseudoGradients how replicas send what they have learned
 * @param numRounds averages that the run will take
 * @param tokensPerRound of all replicas
 * @param trainTokens of the train split
 * @param memory what the rank with the most holds outside the Java heap
 * @param onGpu whether that is on a GPU
 * @param executor what an executor needs, beside what it gets
 * @param throughDriver whether rounds go through it, as DL4J's do, and leave no shuffle files
 * @param bytesMovedPerRound payload of the all-gather and the reduce-scatter, or of DL4J's
 *     broadcast and its results
 * @param roundsOnDisk whose shuffle files lie on the executors' disks at once, before Spark clears
 *     them away behind a checkpoint
 */
record PretrainPlan(
    long numParameters,
    Mesh mesh,
    boolean elastic,
    PseudoGradients pseudoGradients,
    long numRounds,
    long tokensPerRound,
    long trainTokens,
    MemoryPlan memory,
    boolean onGpu,
    MemoryCheck executor,
    boolean throughDriver,
    long bytesMovedPerRound,
    long roundsOnDisk) {
  static PretrainPlan of(RunConfig config, Configuration hadoop, Path tokens, SparkConf spark) {
    Manifest manifest = Manifest.require(hadoop, tokens, "tokens");
    ModelShape model =
        config.model().forVocabulary(manifest.details().path("vocabSize").intValue());
    long numParameters = ModelSize.requireTrainable(model);
    Mesh mesh = config.parallel().mesh();
    boolean throughDriver = config.dataParallelism().mode() == Mode.DL4J;
    int numMoments = config.training().optimizer().numMoments();
    PseudoGradients sent = config.dataParallelism().pseudoGradients();
    int localSteps = config.dataParallelism().localSteps();
    Objective objective = RunObjective.of(hadoop, tokens, model, config.objective());
    long tokensPerStep =
        (long) config.training().batchSize()
            * RunObjective.tokensPerSample(objective)
            * mesh.dataParallel();
    long numRounds = (config.training().steps() + localSteps - 1) / localSteps;
    RunMemory memory =
        PlannedMemory.of(
            model, objective, config.training(), config.parallel(), config.dataParallelism());
    return new PretrainPlan(
        numParameters,
        mesh,
        config.dataParallelism().elastic(),
        sent,
        numRounds,
        tokensPerStep * localSteps,
        manifest.details().at("/splits/train/tokens").asLong(),
        memory.rank(),
        memory.onGpu(),
        MemoryCheck.of(memory, ExecutorSettings.of(spark), spark),
        throughDriver,
        throughDriver
            ? 2L * mesh.dataParallel() * numParameters * Float.BYTES * (1 + numMoments)
            : mesh.dataParallel()
                * (numParameters * Float.BYTES + sent.encodedBytes(numParameters)),
        Math.min(numRounds, TrainingRun.roundsPerCheckpoint(config.checkpoint())));
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("model   " + Words.count(numParameters, "parameter"));
    lines.add(
        "mesh    "
            + mesh.equation()
            + (elastic ? " at most: a round takes as many replicas as there are slots" : ""));
    lines.add(
        "rounds  "
            + Words.number(numRounds)
            + ", each of "
            + Words.count(tokensPerRound, "token")
            + " (the train split has "
            + Words.number(trainTokens)
            + ")");
    lines.add(
        "memory  about "
            + Words.bytes(memory.total())
            + (onGpu ? " of its GPU per rank:" : " per rank, off the Java heap:"));
    lines.add(
        String.format(
            "        parameters %s, gradients %s, moments %s, copies %s,",
            Words.bytes(memory.parameters()),
            Words.bytes(memory.gradients()),
            Words.bytes(memory.moments()),
            Words.bytes(memory.copies())));
    lines.add(
        String.format(
            "        activations %s, their gradients %s, scratch of kernels %s",
            Words.bytes(memory.activations()),
            Words.bytes(memory.activationGradients()),
            Words.bytes(memory.kernels())));
    lines.add("spark   an executor needs, for " + executor.needed());
    lines.add(
        "        " + executor.line() + (executor.isEnough() ? "  (what is set is enough)" : ""));
    if (throughDriver) {
      lines.add(
          "network "
              + Words.bytes(bytesMovedPerRound)
              + " per round (parameters and moments from the driver to every replica, and back)");
      return lines;
    }
    lines.add(
        "network "
            + Words.bytes(bytesMovedPerRound)
            + " per round (all-gather and reduce-scatter of "
            + Words.bytes(numParameters * Float.BYTES)
            + (pseudoGradients == PseudoGradients.F32
                ? ""
                : " and " + Words.bytes(pseudoGradients.encodedBytes(numParameters)))
            + " for every replica)");
    lines.add(
        "disk    about "
            + Words.bytes(bytesMovedPerRound * roundsOnDisk)
            + " of shuffle files on all executors together, until the checkpoint after "
            + Words.count(roundsOnDisk, "round"));
    return lines;
  }
}
