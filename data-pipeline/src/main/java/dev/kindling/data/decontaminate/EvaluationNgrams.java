package dev.kindling.data.decontaminate;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The n-grams of all evaluation sets, in the memory of the driver and of every executor: 12 bytes
 * each.
 */
final class EvaluationNgrams implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The most n-grams: 120 MB. */
  static final int MOST = 10_000_000;

  private final long[] hashes;
  private final int[] owners;
  private final String[] names;
  private final int[] sizes;

  private EvaluationNgrams(long[] hashes, int[] owners, String[] names, int[] sizes) {
    this.hashes = hashes;
    this.owners = owners;
    this.names = names;
    this.sizes = sizes;
  }

  /** The n-grams of some sets; one that is in several documents belongs to the first of them. */
  static EvaluationNgrams of(List<EvaluationSet> sets) {
    List<long[]> ofDocuments = sets.stream().flatMap(set -> set.ngrams().stream()).toList();
    long[] hashes =
        ofDocuments.stream().flatMapToLong(Arrays::stream).sorted().distinct().toArray();
    int[] owners = new int[hashes.length];
    for (int document = ofDocuments.size() - 1; document >= 0; document--) {
      for (long hash : ofDocuments.get(document)) {
        owners[Arrays.binarySearch(hashes, hash)] = document;
      }
    }
    String[] names =
        sets.stream()
            .flatMap(set -> set.ids().stream().map(id -> id + " of " + set.path()))
            .toArray(String[]::new);
    int[] sizes =
        sets.stream()
            .flatMap(set -> set.sizes().stream())
            .mapToInt(Integer::intValue)
            .sorted()
            .distinct()
            .toArray();
    return new EvaluationNgrams(hashes, owners, names, sizes);
  }

  int size() {
    return hashes.length;
  }

  /** The numbers of words that n-grams have. */
  int[] sizes() {
    return sizes;
  }

  /** The number of the n-gram with this hash; negative where there is none. */
  int find(long hash) {
    return Arrays.binarySearch(hashes, hash);
  }

  /** Whether any of the n-grams of a document is wanted, by its number. */
  boolean any(long[] ofDocument, IntPredicate wanted) {
    return Arrays.stream(ofDocument).mapToInt(this::find).anyMatch(wanted);
  }

  /** The evaluation document that an n-gram is of, by its id and its set. */
  String owner(int ngram) {
    return names[owners[ngram]];
  }

  /** The same without some n-grams. */
  EvaluationNgrams without(IntPredicate ignored) {
    int[] staying = IntStream.range(0, size()).filter(ignored.negate()).toArray();
    return new EvaluationNgrams(
        Arrays.stream(staying).mapToLong(ngram -> hashes[ngram]).toArray(),
        Arrays.stream(staying).map(ngram -> owners[ngram]).toArray(),
        names,
        sizes);
  }
}
