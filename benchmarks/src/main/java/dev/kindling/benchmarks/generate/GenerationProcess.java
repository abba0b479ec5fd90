package dev.kindling.benchmarks.generate;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.benchmarks.process.PeakMemory;
import dev.kindling.benchmarks.trainstep.StepConfiguration;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.ModelInitializer;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.Precision;
import java.io.IOException;
import java.util.Arrays;

/** The child process of one measurement: prints a {@link GenerationMeasurement} as JSON. */
final class GenerationProcess {
  private static final int PROMPT = 16;
  private static final int WARM_UP = 24;
  private static final int STEPS = 64;

  private GenerationProcess() {}

  /** Takes configuration, precision, batch and threads. */
  public static void main(String[] args) throws IOException, InterruptedException {
    StepConfiguration configuration = StepConfiguration.named(args[0]);
    Precision precision = Precision.valueOf(args[1]);
    int batch = Integer.parseInt(args[2]);
    int numThreads = Integer.parseInt(args[3]);
    double bandwidth = MemoryBandwidth.measure(numThreads);
    GptConfig config =
        new GptConfig(
            configuration.vocabSize(),
            configuration.length(),
            configuration.numLayers(),
            configuration.numHeads(),
            configuration.width(),
            true);
    double weightBytes = (double) config.numParameters() * precision.dtype().bytes();
    try (Backend backend = Backends.open("onednn", numThreads);
        InferenceModel model = new InferenceModel(config, precision, backend);
        DecoderCache cache = model.newCache(batch, PROMPT + WARM_UP + STEPS)) {
      ModelInitializer.initialize(config, model.parameters(), 1);
      double secondsPerStep = secondsPerStep(model, cache, batch, config.vocabSize());
      System.out.println(
          new ObjectMapper()
              .writeValueAsString(
                  new GenerationMeasurement(
                      configuration.name(),
                      precision == Precision.F32 ? "kindling-fp32" : "kindling-bf16",
                      batch,
                      batch / secondsPerStep,
                      weightBytes / bandwidth / secondsPerStep,
                      PeakMemory.ofThisProcess())));
    }
  }

  /** The median step, after a prompt and some steps that compile kernels. */
  private static double secondsPerStep(
      InferenceModel model, DecoderCache cache, int batch, int vocabSize) {
    int[] prompt = new int[batch * PROMPT];
    Arrays.setAll(prompt, i -> i * 31 % vocabSize);
    int[] lengths = new int[batch];
    Arrays.fill(lengths, PROMPT);
    float[] logits = model.nextLogits(prompt, lengths, cache);
    int[] one = new int[batch];
    Arrays.fill(one, 1);
    double[] seconds = new double[STEPS];
    for (int step = -WARM_UP; step < STEPS; step++) {
      long start = System.nanoTime();
      logits = model.nextLogits(likeliest(logits, batch, vocabSize), one, cache);
      if (step >= 0) {
        seconds[step] = (System.nanoTime() - start) / 1e9;
      }
    }
    Arrays.sort(seconds);
    return seconds[STEPS / 2];
  }

  private static int[] likeliest(float[] logits, int batch, int vocabSize) {
    int[] tokens = new int[batch];
    for (int row = 0; row < batch; row++) {
      int best = 0;
      for (int id = 1; id < vocabSize; id++) {
        if (logits[row * vocabSize + id] > logits[row * vocabSize + best]) {
          best = id;
        }
      }
      tokens[row] = best;
    }
    return tokens;
  }
}
