package dev.kindling.benchmarks.trainstep;

import java.util.Random;

/** The batch that all engines train on: random ids, which a model can only learn by heart. */
public final class TokenBatch {
  private static final long SEED = 20260101;

  private final int[] inputs;
  private final int[] targets;

  private TokenBatch(int numTokens) {
    inputs = new int[numTokens];
    targets = new int[numTokens];
  }

  /** The batch of a configuration, always the same. */
  public static TokenBatch of(StepConfiguration configuration) {
    Random random = new Random(SEED);
    TokenBatch batch = new TokenBatch(configuration.numTokens());
    for (int i = 0; i < batch.inputs.length; i++) {
      boolean isFirst = i % configuration.length() == 0;
      batch.inputs[i] = isFirst ? random.nextInt(configuration.vocabSize()) : batch.targets[i - 1];
      batch.targets[i] = random.nextInt(configuration.vocabSize());
    }
    return batch;
  }

  /** Token ids [B, T], row-major; not a copy. */
  public int[] inputs() {
    return inputs;
  }

  /** The ids that follow them [B, T]; not a copy. */
  public int[] targets() {
    return targets;
  }
}
