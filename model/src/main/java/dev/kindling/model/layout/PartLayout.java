package dev.kindling.model.layout;

import dev.kindling.model.nn.ParameterStore;
import java.util.ArrayList;
import java.util.List;

/**
 * What one of the ranks that train a model together holds of it: the parameters that some pieces of
 * the forward pass use, and of each its slice, in the order of the whole.
 *
 * @param whole all parameters
 * @param chunks the pieces, as runs of neighbours (several in an interleaved pipeline), rising
 * @param slice which slice of the matrices
 * @param numSlices into how many they are cut
 */
public record PartLayout(ModelLayout whole, List<PieceRange> chunks, int slice, int numSlices) {
  /** Keeps an unmodifiable copy. */
  public PartLayout {
    chunks = List.copyOf(chunks);
  }

  /**
   * One parameter that is here.
   *
   * @param placement its place in the whole
   * @param local its place, and its shape, here
   */
  public record Held(Placement placement, ParameterStore.Slice local) {}

  /** A part that is all of the model. */
  public static PartLayout whole(ModelLayout layout) {
    return new PartLayout(layout, List.of(layout.allPieces()), 0, 1);
  }

  /** The parameters that are here, in order. */
  public List<Held> held() {
    List<Held> held = new ArrayList<>();
    long offset = 0;
    for (Placement placement : whole.placements()) {
      if (uses(placement) && placement.cut().has(slice)) {
        List<Long> shape = placement.cut().shape(placement.slice().shape(), slice, numSlices);
        ParameterStore.Slice local = new ParameterStore.Slice(placement.name(), offset, shape);
        held.add(new Held(placement, local));
        offset = Math.addExact(offset, local.numElements());
      }
    }
    return held;
  }

  /** Names, local shapes and places in the part's own flat vector. */
  public List<ParameterStore.Slice> slices() {
    return held().stream().map(Held::local).toList();
  }

  /** The length of the part's flat vector. */
  public long numParameters() {
    return slices().stream().mapToLong(ParameterStore.Slice::numElements).sum();
  }

  /**
   * Whether this part is the one of its model to speak for a parameter that is here. Of several
   * that have the same elements, it is the one with the first piece and the first slice.
   */
  public boolean speaksFor(Placement placement) {
    boolean first = hasPiece(placement.pieces().get(0));
    return first && (placement.cut().kind() != Cut.Kind.REPLICATED || slice == 0);
  }

  private boolean uses(Placement placement) {
    return placement.pieces().stream().anyMatch(this::hasPiece);
  }

  private boolean hasPiece(int piece) {
    return chunks.stream().anyMatch(chunk -> chunk.contains(piece));
  }
}
