package dev.kindling.spark.score.executor;

import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.model.io.SpecialTokenIds;
import dev.kindling.model.ngram.NgramModel;
import dev.kindling.spark.parallel.KernelSettings;

/** An n-gram model, which is not changed by scoring: all tasks share it. */
record LoadedNgram(NgramModel model, Tokenizer tokenizer) implements LoadedModel {
  @Override
  public ScoringModel open(KernelSettings settings) {
    return new ScoringModel(
        model,
        tokenizer,
        SpecialTokenIds.ofText(tokenizer.endOfTextId(), tokenizer.endOfTextId()),
        () -> {},
        () -> {});
  }

  /** It lies on the heap, and goes when nobody holds it. */
  @Override
  public void close() {}
}
