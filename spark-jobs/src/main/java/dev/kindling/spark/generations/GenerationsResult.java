package dev.kindling.spark.generations;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What is there in the end.
 *
 * @param heldOut the text that was predicted
 * @param entropy bits per byte that no model can get below, where it is known
 * @param rows of all finished models, in the order of history
 * @param failed models that this call has given up
 * @param missingImages what could not be drawn, a line each
 */
public record GenerationsResult(
    HeldOut heldOut,
    OptionalDouble entropy,
    List<ModelRow> rows,
    List<FailedModel> failed,
    List<String> missingImages) {
  /** Keeps unmodifiable copies. */
  public GenerationsResult {
    rows = List.copyOf(rows);
    failed = List.copyOf(failed);
    missingImages = List.copyOf(missingImages);
  }
}
