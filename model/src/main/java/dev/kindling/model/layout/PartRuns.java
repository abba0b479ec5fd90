package dev.kindling.model.layout;

import dev.kindling.model.layout.PartLayout.Held;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * Where the elements of a part lie in the flat vector of the whole model: contiguous runs, by their
 * place in the whole.
 */
public final class PartRuns {
  private final List<Run> runs;

  /**
   * A run.
   *
   * @param wholeOffset its first element in the flat vector of the model
   * @param localOffset its first element in the flat vector of the part
   * @param length elements
   */
  public record Run(long wholeOffset, long localOffset, long length) {
    private long wholeEnd() {
      return wholeOffset + length;
    }

    private boolean isFollowedBy(Run next) {
      return next.wholeOffset == wholeEnd() && next.localOffset == localOffset + length;
    }
  }

  private PartRuns(List<Run> runs) {
    this.runs = runs;
  }

  /** All that the part holds. */
  public static PartRuns ofHeld(PartLayout part) {
    return of(part, held -> true);
  }

  /** What the part speaks for: over all parts of a model, every element once. */
  public static PartRuns ofOwn(PartLayout part) {
    return of(part, held -> part.speaksFor(held.placement()));
  }

  private static PartRuns of(PartLayout part, Predicate<Held> chosen) {
    List<Run> runs = new ArrayList<>();
    for (Held held : part.held()) {
      if (!chosen.test(held)) {
        continue;
      }
      Placement placement = held.placement();
      long local = held.local().offset();
      for (Cut.Run run :
          placement.cut().runs(placement.slice().shape(), part.slice(), part.numSlices())) {
        runs.add(new Run(placement.slice().offset() + run.wholeOffset(), local, run.length()));
        local += run.length();
      }
    }
    runs.sort(Comparator.comparingLong(Run::wholeOffset));
    return new PartRuns(merged(runs));
  }

  private static List<Run> merged(List<Run> runs) {
    List<Run> merged = new ArrayList<>();
    for (Run run : runs) {
      if (run.length() == 0) {
        continue;
      }
      int last = merged.size() - 1;
      if (last >= 0 && merged.get(last).isFollowedBy(run)) {
        Run before = merged.get(last);
        long length = before.length() + run.length();
        merged.set(last, new Run(before.wholeOffset(), before.localOffset(), length));
      } else {
        merged.add(run);
      }
    }
    return merged;
  }

  /** All elements. */
  public long numElements() {
    return runs.stream().mapToLong(Run::length).sum();
  }

  /** The runs, or parts of runs, among the elements from {@code from} to {@code end}, rising. */
  public List<Run> within(long from, long end) {
    List<Run> found = new ArrayList<>();
    for (int i = firstEndingAfter(from); i < runs.size(); i++) {
      Run run = runs.get(i);
      if (run.wholeOffset() >= end) {
        break;
      }
      long start = Math.max(from, run.wholeOffset());
      long length = Math.min(end, run.wholeEnd()) - start;
      found.add(new Run(start, run.localOffset() + start - run.wholeOffset(), length));
    }
    return found;
  }

  private int firstEndingAfter(long from) {
    int low = 0;
    int high = runs.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (runs.get(middle).wholeEnd() > from) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
