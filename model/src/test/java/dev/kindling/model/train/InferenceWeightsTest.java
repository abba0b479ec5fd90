package dev.kindling.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.ModelInitializer;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.tensor.MemorySpace;
import dev.kindling.model.tensor.OffHeapMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class InferenceWeightsTest {
  private static final GptConfig TINY = new GptConfig(301, 40, 2, 2, 32, true);

  /** Its parameters take more than everything else that a pass of a few tokens allocates. */
  private static final GptConfig WIDE = new GptConfig(20_011, 8, 1, 2, 128, true);

  private static InferenceWeights weights(GptConfig config, Precision precision) {
    InferenceWeights weights = new InferenceWeights(config, precision, MemorySpace.HOST);
    ModelInitializer.initialize(config, weights.parameters(), 7);
    return weights;
  }

  private static float[] losses(InferenceModel model, int seed) {
    int[] tokens = new int[4 * 31];
    Arrays.setAll(tokens, i -> (i * i + seed * i + 5) % TINY.vocabSize());
    return model.tokenLosses(new CausalBatch(4, 31, tokens, tokens));
  }

  private static float[] nextLogits(InferenceModel model, int seed) {
    try (DecoderCache cache = model.newCache(2, 9)) {
      model.nextLogits(new int[] {seed, 3, 5, 4, 0, 0}, new int[] {3, 1}, cache);
      return model.nextLogits(new int[] {7, seed}, new int[] {1, 1}, cache);
    }
  }

  /** Losses and logits of several passes. */
  private static List<float[]> results(InferenceModel model) {
    List<float[]> results = new ArrayList<>();
    for (int seed = 0; seed < 4; seed++) {
      results.add(losses(model, seed));
      results.add(nextLogits(model, seed));
    }
    return results;
  }

  @ParameterizedTest
  @CsvSource({"onednn, F32", "onednn, BF16", "nd4j, F32"})
  void modelsOnSeveralThreadsComputeTheBitsOfOneAlone(String name, Precision precision)
      throws InterruptedException, ExecutionException {
    List<float[]> alone;
    try (Backend backend = Backends.open(name, 1);
        InferenceModel model = new InferenceModel(TINY, precision, backend)) {
      ModelInitializer.initialize(TINY, model.parameters(), 7);
      alone = results(model);
    }
    int numThreads = 3;
    CyclicBarrier together = new CyclicBarrier(numThreads);
    ExecutorService threads = Executors.newFixedThreadPool(numThreads);
    try (InferenceWeights weights = weights(TINY, precision)) {
      Callable<List<float[]>> task =
          () -> {
            try (Backend backend = Backends.open(name, 1);
                InferenceModel model = new InferenceModel(weights, backend)) {
              together.await();
              return results(model);
            }
          };
      List<Future<List<float[]>>> running = new ArrayList<>();
      for (int i = 0; i < numThreads; i++) {
        running.add(threads.submit(task));
      }
      for (Future<List<float[]>> one : running) {
        assertThat(one.get()).usingRecursiveComparison().isEqualTo(alone);
      }
    } finally {
      threads.shutdown();
    }
  }

  @ParameterizedTest
  @EnumSource(value = Precision.class, names = "TF32", mode = EnumSource.Mode.EXCLUDE)
  void aModelOverSharedWeightsAllocatesNoParameters(Precision precision) {
    CausalBatch batch = new CausalBatch(1, 3, new int[] {1, 2, 3}, new int[] {2, -1, -1});
    try (Backend backend = Backends.open("onednn", 1);
        InferenceWeights weights = weights(WIDE, precision);
        InferenceModel first = new InferenceModel(weights, backend)) {
      float[] losses = first.tokenLosses(batch);
      long before = OffHeapMemory.totalBytes();
      try (InferenceModel second = new InferenceModel(weights, backend)) {
        assertThat(second.tokenLosses(batch)).isEqualTo(losses);
        assertThat(OffHeapMemory.totalBytes() - before)
            .isLessThan(WIDE.numParameters() * precision.dtype().bytes());
      }
    }
  }

  @Test
  void closingAModelLeavesTheWeightsThatItWasGiven() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceWeights weights = weights(TINY, Precision.F32)) {
      float[] expected;
      try (InferenceModel model = new InferenceModel(weights, backend)) {
        expected = losses(model, 1);
      }
      try (InferenceModel model = new InferenceModel(weights, backend)) {
        assertThat(losses(model, 1)).isEqualTo(expected);
      }
    }
  }

  @Test
  void weightsInAPrecisionThatTheBackendDoesNotHaveAreRefused() {
    try (Backend twin = Backends.open("nd4j", 1);
        InferenceWeights weights = weights(TINY, Precision.BF16)) {
      assertThatThrownBy(() -> new InferenceModel(weights, twin))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not in BF16: choose another precision, or the backend onednn");
    }
  }
}
