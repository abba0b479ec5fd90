package dev.kindling.spark.train;

import dev.kindling.data.tokenizer.Tokenizer;
import java.util.Set;
import java.util.TreeSet;

/** Which tokens end a sentence: those whose text does, and the token that ends a document. */
final class FullStops {
  private static final String ENDS = ".!?。！？";

  private FullStops() {}

  /** The ids of a vocabulary. */
  static Set<Integer> of(Tokenizer tokenizer) {
    Set<Integer> ids = new TreeSet<>();
    for (int id = 0; id < tokenizer.vocabSize(); id++) {
      String text = tokenizer.decode(new int[] {id});
      if (!text.isEmpty() && ENDS.indexOf(text.charAt(text.length() - 1)) >= 0) {
        ids.add(id);
      }
    }
    tokenizer.endOfTextId().ifPresent(ids::add);
    return ids;
  }
}
