package dev.kindling.model.layout;

import dev.kindling.model.nn.ParameterStore;
import java.util.List;

/**
 * All parameters of a model.
 *
 * @param placements in the order of the flat vector
 * @param numPieces pieces of the forward pass
 */
public record ModelLayout(List<Placement> placements, int numPieces) {
  /** Keeps an unmodifiable copy. */
  public ModelLayout {
    placements = List.copyOf(placements);
  }

  /** Names, shapes and places in the flat vector. */
  public List<ParameterStore.Slice> slices() {
    return placements.stream().map(Placement::slice).toList();
  }

  /** All pieces. */
  public PieceRange allPieces() {
    return new PieceRange(0, numPieces);
  }
}
