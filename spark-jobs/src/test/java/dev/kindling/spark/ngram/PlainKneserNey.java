package dev.kindling.spark.ngram;

import dev.kindling.spark.config.NgramConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Interpolated modified Kneser-Ney by its formulas, over maps: every probability is worked out anew
 * from counts, and no backoff is stored.
 */
final class PlainKneserNey {
  private static final int BEGINNING = -1;

  private final Corpus corpus;
  private final NgramConfig config;
  private final Map<List<Integer>, Integer> occurrences = new HashMap<>();
  private final Map<List<Integer>, Set<Integer>> before = new HashMap<>();
  private final Map<Integer, double[]> discounts = new HashMap<>();

  PlainKneserNey(Corpus corpus, NgramConfig config) {
    this.corpus = corpus;
    this.config = config;
    for (int[] document : corpus.train()) {
      List<Integer> text = new ArrayList<>();
      corpus.endOfTextId().ifPresent(text::add);
      int firstPredicted = text.size();
      for (int token : document) {
        text.add(token);
      }
      for (int end = firstPredicted + 1; end <= text.size(); end++) {
        for (int start = Math.max(0, end - config.order()); start < end; start++) {
          List<Integer> ngram = List.copyOf(text.subList(start, end));
          occurrences.merge(ngram, 1, Integer::sum);
          before
              .computeIfAbsent(ngram, absent -> new HashSet<>())
              .add(start == 0 ? BEGINNING : text.get(start - 1));
        }
      }
    }
  }

  long numCounted(int order) {
    return occurrences.keySet().stream().filter(ngram -> ngram.size() == order).count();
  }

  long numKept(int order) {
    return occurrences.keySet().stream()
        .filter(ngram -> ngram.size() == order && isKept(ngram))
        .count();
  }

  /** p(token | context), for contexts of fewer tokens than the order. */
  double probability(List<Integer> context, int token) {
    double shorter =
        context.isEmpty()
            ? 1.0 / corpus.vocabSize()
            : probability(context.subList(1, context.size()), token);
    double total = 0;
    double freed = 0;
    double own = 0;
    for (int other = 0; other < corpus.vocabSize(); other++) {
      List<Integer> ngram = new ArrayList<>(context);
      ngram.add(other);
      int count = count(ngram);
      double taken = isKept(ngram) ? Math.min(count, discount(ngram.size(), count)) : count;
      total += count;
      freed += taken;
      own += other == token ? count - taken : 0;
    }
    return total == 0 ? shorter : own / total + freed / total * shorter;
  }

  double[] discounts(int order) {
    return discounts.computeIfAbsent(
        order,
        absent -> {
          double[] n = new double[5];
          for (List<Integer> ngram : occurrences.keySet()) {
            if (ngram.size() == order && count(ngram) <= 4) {
              n[count(ngram)]++;
            }
          }
          double y = n[1] / (n[1] + 2 * n[2]);
          double[] d = new double[4];
          for (int i = 1; i <= 3; i++) {
            d[i] = i - (i + 1) * y * n[i + 1] / n[i];
            if (!(d[i] > 0)) {
              return new double[] {0, 0.5, 1, 1.5};
            }
          }
          return d;
        });
  }

  private double discount(int order, int count) {
    return discounts(order)[Math.min(count, 3)];
  }

  private boolean isKept(List<Integer> ngram) {
    return occurrences.getOrDefault(ngram, 0) > config.prune(ngram.size());
  }

  private int count(List<Integer> ngram) {
    boolean keepsOccurrences =
        ngram.size() == config.order()
            || (ngram.size() > 1 && corpus.endOfText() && ngram.get(0) == 0);
    return keepsOccurrences
        ? occurrences.getOrDefault(ngram, 0)
        : before.getOrDefault(ngram, Set.of()).size();
  }
}
