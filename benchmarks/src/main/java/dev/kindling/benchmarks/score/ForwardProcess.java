package dev.kindling.benchmarks.score;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.ModelInitializer;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.Precision;
import java.util.Arrays;

/** The child process of the limit: full batches through the model and nothing else. */
final class ForwardProcess {
  private static final int WARM_UP = 3;
  private static final double SECONDS = 20;
  private static final double NANOS_PER_SECOND = 1e9;

  private ForwardProcess() {}

  /** Takes vocabulary, context length, layers, heads, width and batch; prints tokens per second. */
  public static void main(String[] args) {
    int[] shape = Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
    GptConfig config = new GptConfig(shape[0], shape[1], shape[2], shape[3], shape[4], true);
    int batchSize = shape[5];
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = new InferenceModel(config, Precision.F32, backend)) {
      ModelInitializer.initialize(config, model.parameters(), 1);
      System.out.println(tokensPerSecond(model, batch(batchSize, config)));
    }
  }

  private static CausalBatch batch(int size, GptConfig config) {
    int[] inputs = new int[size * config.contextLength()];
    int[] targets = new int[inputs.length];
    Arrays.setAll(inputs, i -> i * 31 % config.vocabSize());
    Arrays.setAll(targets, i -> (i + 1) * 31 % config.vocabSize());
    return new CausalBatch(size, config.contextLength(), inputs, targets);
  }

  private static double tokensPerSecond(InferenceModel model, CausalBatch batch) {
    for (int i = 0; i < WARM_UP; i++) {
      model.tokenLosses(batch);
    }
    long start = System.nanoTime();
    double seconds = 0;
    long tokens = 0;
    while (seconds < SECONDS) {
      model.tokenLosses(batch);
      tokens += (long) batch.size() * batch.length();
      seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
    }
    return tokens / seconds;
  }
}
