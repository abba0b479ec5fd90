package dev.kindling.model.layout;

import dev.kindling.model.backend.SliceGroup;
import java.util.ArrayList;
import java.util.List;

/**
 * How the slices of a model share one parameter (Megatron-LM, Shoeybi et al. 2019).
 *
 * @param kind who has it
 * @param dim the dim that is cut; 0 where none is
 * @param numParts what lies behind each other in that dim and is cut part by part, such as queries,
 *     keys and values
 */
public record Cut(Kind kind, int dim, int numParts) {
  /** Who has a parameter. */
  public enum Kind {
    /** Every slice has the whole of it, and computes the same gradient. */
    REPLICATED,
    /** Every slice has a range of one dim. */
    SLICED,
    /** What is added once to the sum of all slices, and so belongs to the first. */
    FIRST_ONLY
  }

  /** Every slice has all of it. */
  public static final Cut REPLICATED = new Cut(Kind.REPLICATED, 0, 1);

  /** The first slice has it, the others do not. */
  public static final Cut FIRST_ONLY = new Cut(Kind.FIRST_ONLY, 0, 1);

  /** A contiguous piece of a tensor, in elements from its first. */
  record Run(long wholeOffset, long length) {}

  /** Nearly equal ranges of a dim. */
  public static Cut along(int dim) {
    return along(dim, 1);
  }

  /** Nearly equal ranges of each of {@code numParts} equal parts of a dim. */
  public static Cut along(int dim, int numParts) {
    return new Cut(Kind.SLICED, dim, numParts);
  }

  /** Whether a slice has anything of the parameter. */
  boolean has(int slice) {
    return kind != Kind.FIRST_ONLY || slice == 0;
  }

  /** What a slice has of a parameter of shape {@code whole}. */
  List<Long> shape(List<Long> whole, int slice, int numSlices) {
    if (kind != Kind.SLICED) {
      return whole;
    }
    List<Long> shape = new ArrayList<>(whole);
    long part = whole.get(dim) / numParts;
    long first = SliceGroup.first(part, slice, numSlices);
    shape.set(dim, numParts * (SliceGroup.first(part, slice + 1, numSlices) - first));
    return shape;
  }

  /** Where in the whole parameter the elements of a slice lie, in the slice's order. */
  List<Run> runs(List<Long> whole, int slice, int numSlices) {
    long numElements = whole.stream().reduce(1L, Math::multiplyExact);
    if (kind != Kind.SLICED) {
      return List.of(new Run(0, numElements));
    }
    long outer = whole.subList(0, dim).stream().reduce(1L, Math::multiplyExact);
    long inner = whole.subList(dim + 1, whole.size()).stream().reduce(1L, Math::multiplyExact);
    long part = whole.get(dim) / numParts;
    long first = SliceGroup.first(part, slice, numSlices);
    long length = (SliceGroup.first(part, slice + 1, numSlices) - first) * inner;
    List<Run> runs = new ArrayList<>();
    for (long i = 0; i < outer * numParts; i++) {
      runs.add(new Run((i * part + first) * inner, length));
    }
    return runs;
  }
}
