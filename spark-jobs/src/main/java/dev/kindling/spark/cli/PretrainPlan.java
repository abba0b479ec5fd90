package dev.kindling.spark.cli;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.model.arch.Gpt;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.parallel.Mesh;
import dev.kindling.spark.report.Words;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A training run in numbers, before it is run.
 *
 * @param numParameters P
 * @param mesh the ranks
 * @param numRounds averages that the run will take
 * @param tokensPerRound of all replicas
 * @param trainTokens of the train split
 * @param replicaBytes about what one replica holds outside the Java heap
 * @param bytesMovedPerRound payload of the all-gather and the reduce-scatter
 */
record PretrainPlan(
    long numParameters,
    Mesh mesh,
    long numRounds,
    long tokensPerRound,
    long trainTokens,
    long replicaBytes,
    long bytesMovedPerRound) {
  /** Parameters, gradients and two moments, in F32. */
  private static final long STATE_BYTES_PER_PARAMETER = 4L * Float.BYTES;

  /** Values of width C that a block keeps per token for its backward pass, and their gradients. */
  private static final long ACTIVATIONS_PER_BLOCK = 36;

  static PretrainPlan of(RunConfig config, Configuration hadoop, Path tokens) {
    Manifest manifest = Manifest.require(hadoop, tokens, "tokens");
    GptConfig model = config.model().forVocabulary(manifest.details().path("vocabSize").intValue());
    long numParameters =
        Gpt.layout(model).stream().mapToLong(ParameterStore.Slice::numElements).sum();
    Mesh mesh = Mesh.ofReplicas(config.parallel().dataParallel());
    int localSteps = config.dataParallelism().localSteps();
    long tokensPerStep =
        (long) config.training().batchSize() * model.contextLength() * mesh.dataParallel();
    long activations =
        (long) config.training().batchSize()
            * model.contextLength()
            * model.numLayers()
            * model.embeddingSize()
            * ACTIVATIONS_PER_BLOCK
            * Float.BYTES;
    return new PretrainPlan(
        numParameters,
        mesh,
        (config.training().steps() + localSteps - 1) / localSteps,
        tokensPerStep * localSteps,
        manifest.details().at("/splits/train/tokens").asLong(),
        numParameters * STATE_BYTES_PER_PARAMETER + activations,
        2L * mesh.dataParallel() * numParameters * Float.BYTES);
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("model   " + Words.count(numParameters, "parameter"));
    lines.add("mesh    " + mesh.equation());
    lines.add(
        "rounds  "
            + Words.number(numRounds)
            + ", each of "
            + Words.count(tokensPerRound, "token")
            + " (the train split has "
            + Words.number(trainTokens)
            + ")");
    lines.add("memory  about " + Words.bytes(replicaBytes) + " per replica, off the Java heap");
    lines.add(
        "network "
            + Words.bytes(bytesMovedPerRound)
            + " per round (all-gather and reduce-scatter of "
            + Words.bytes(numParameters * Float.BYTES)
            + " for every replica)");
    return lines;
  }
}
