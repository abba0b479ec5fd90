package dev.kindling.spark.score.executor;

import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.io.SpecialTokenIds;
import dev.kindling.model.score.ScoringSelfTest;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.InferenceWeights;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.parallel.KernelSettings;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The weights of a Transformer: they lie in memory once, and every lane has activations. */
record LoadedTransformer(
    InferenceWeights weights, Tokenizer tokenizer, SpecialTokenIds specialTokens)
    implements LoadedModel {
  private record Tested(KernelSettings.Place place, Precision precision) {}

  /** What has passed the self-test in this process. */
  private static final Set<Tested> PASSED = ConcurrentHashMap.newKeySet();

  @Override
  public ScoringModel open(KernelSettings settings) {
    Backend kernels = settings.open();
    ScoringModel opened = null;
    try {
      Tested tested = new Tested(settings.place(), weights.precision());
      if (!PASSED.contains(tested)) {
        ScoringSelfTest.run(kernels, tested.precision());
        PASSED.add(tested);
      }
      InferenceModel model = new InferenceModel(weights, kernels);
      opened =
          new ScoringModel(
              model,
              tokenizer,
              specialTokens,
              () -> {},
              () -> {
                model.close();
                kernels.close();
              });
      return opened;
    } finally {
      if (opened == null) {
        kernels.close();
      }
    }
  }

  @Override
  public void close() {
    weights.close();
  }
}
