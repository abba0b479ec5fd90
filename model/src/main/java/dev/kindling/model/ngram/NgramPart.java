package dev.kindling.model.ngram;

import dev.kindling.model.io.SafetensorsDType;
import dev.kindling.model.io.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A file with some of the n-grams of one order, sorted by their tokens: {@code tokens} [n, k] I32,
 * {@code probability} [n] F32, and {@code backoff} [n] F32, which n-grams of the highest order,
 * being no contexts, do not have.
 */
public final class NgramPart {
  static final String TOKENS = "tokens";
  static final String PROBABILITY = "probability";
  static final String BACKOFF = "backoff";

  private NgramPart() {}

  /** The name of a part of an order, such as {@code order-3-00000.safetensors}. */
  public static String name(int order, int part) {
    return String.format(Locale.ROOT, "order-%d-%05d.safetensors", order, part);
  }

  /**
   * The tensors of a part.
   *
   * @param order k
   * @param numNgrams n
   * @param hasBackoff whether they can be contexts
   */
  static List<TensorSpec> tensors(int order, long numNgrams, boolean hasBackoff) {
    List<Long> column = List.of(numNgrams);
    List<TensorSpec> tensors = new ArrayList<>();
    tensors.add(
        new TensorSpec(TOKENS, SafetensorsDType.I32, List.of(numNgrams, Long.valueOf(order))));
    tensors.add(new TensorSpec(PROBABILITY, SafetensorsDType.F32, column));
    if (hasBackoff) {
      tensors.add(new TensorSpec(BACKOFF, SafetensorsDType.F32, column));
    }
    return tensors;
  }
}
