package dev.kindling.model.layout;

import dev.kindling.model.nn.ParameterStore;
import java.util.List;

/**
 * One parameter and who needs it.
 *
 * @param slice its name, and its place in the flat vector
 * @param cut how slices share it
 * @param pieces the pieces of the forward pass that use it, rising; several where it is tied
 */
public record Placement(ParameterStore.Slice slice, Cut cut, List<Integer> pieces) {
  /** The parameter's name. */
  public String name() {
    return slice.name();
  }
}
