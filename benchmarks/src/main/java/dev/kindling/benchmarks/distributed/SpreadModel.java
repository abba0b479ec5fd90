package dev.kindling.benchmarks.distributed;

import dev.kindling.benchmarks.report.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A GPT of about 23 M parameters, on two cores of one machine in different ways. */
public final class SpreadModel {
  private static final String TOKENS = "tokens";
  private static final List<String> MODEL =
      List.of(
          "training.backend=onednn",
          "model.numLayers=6",
          "model.numHeads=8",
          "model.embeddingSize=512",
          "model.contextLength=128",
          "training.evaluateEverySteps=0",
          "training.evaluationTokens=1024",
          "checkpoint.everyRounds=20");
  private static final int LOCAL_STEPS = 50;
  private static final int NUM_ROUNDS = 3;
  private static final int NUM_STAGES = 2;
  private static final int MICRO_BATCHES = 8;

  private final TrainingProcess process;

  /**
   * @param process with a directory in which nothing is called as what is made here
   */
  public SpreadModel(TrainingProcess process) {
    this.process = process;
  }

  /** Makes the tokens that the others read. */
  public void tokenize(Path text) throws IOException, InterruptedException {
    process.tokenize(
        TOKENS,
        text,
        "--set",
        "read.text=file",
        "--set",
        "clean.maxCharacters=1073741824",
        "--set",
        "clean.rejectGibberish=false",
        "--set",
        "tokenizer.vocabSize=8192",
        "--set",
        "tokenize.validation.by=tail",
        "--set",
        "tokenize.validation.fraction=0.1");
  }

  /** Rounds of averaging, and two replicas beside one that has both cores. */
  public List<Figure> averaging() throws IOException, InterruptedException {
    String rounds = "training.steps=" + NUM_ROUNDS * LOCAL_STEPS;
    TrainedRun two =
        process.train(
            "two-replicas",
            TOKENS,
            2,
            1,
            settings(LOCAL_STEPS, rounds, "training.batchSize=8", "parallel.dataParallel=2"));
    TrainedRun one =
        process.train(
            "one-replica",
            TOKENS,
            1,
            2,
            settings(LOCAL_STEPS, rounds, "training.batchSize=16", "parallel.dataParallel=1"));
    String model = String.format(Locale.ROOT, "%.1f M parameters", two.numParameters() / 1e6);
    return List.of(
        new Figure(
            "averaging, "
                + model
                + ", "
                + LOCAL_STEPS
                + " local steps: share of a round that is"
                + " not local steps",
            two.overhead(),
            "at most 0.05"),
        new Figure(
            "bytes moved per round and replica, in bytes of the parameters",
            two.bytesPerParameterBytes(2),
            "at most 2.2"),
        new Figure(
            "throughput of two replicas of one core, in that of one replica of two cores",
            two.tokensPerSecond() / one.tokensPerSecond(),
            "at least 0.95"));
  }

  /**
   * A pipeline, and beside it one rank that takes the same micro-batches alone. What two ranks do
   * not make of twice the speed is bubble, and what sending, agreeing and the other's use of the
   * memory cost.
   */
  public List<Figure> pipeline() throws IOException, InterruptedException {
    String[] batch = {
      "training.batchSize=16", "parallel.microBatches=" + MICRO_BATCHES, "training.steps=30"
    };
    TrainedRun alone = process.train("one-stage", TOKENS, 1, 1, settings(10, batch));
    List<String> cut = settings(10, batch);
    cut.add("parallel.pipelineParallel=" + NUM_STAGES);
    TrainedRun stages = process.train("two-stages", TOKENS, NUM_STAGES, 1, cut);
    double speedUp = stages.tokensPerComputeSecond() / alone.tokensPerComputeSecond();
    double bubble = (NUM_STAGES - 1.0) / (MICRO_BATCHES + NUM_STAGES - 1);
    return List.of(
        new Figure(
            "pipeline of 2 stages, 8 micro-batches: bubble",
            stages.bubble(),
            String.format(Locale.ROOT, "at most %.3f + 0.05", bubble)),
        new Figure("two stages: local steps per second, in those of one rank", speedUp, ""));
  }

  private static List<String> settings(int localSteps, String... more) {
    List<String> settings = new ArrayList<>(MODEL);
    settings.add("dataParallelism.localSteps=" + localSteps);
    settings.addAll(Arrays.asList(more));
    return settings;
  }
}
