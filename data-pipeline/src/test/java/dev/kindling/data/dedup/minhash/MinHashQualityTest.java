package dev.kindling.data.dedup.minhash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.dedup.TestDocuments;
import dev.kindling.data.dedup.minhash.PlainShingles.Pair;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What is found, against the exact Jaccard similarity of all pairs, computed from shingles as plain
 * strings. Half of the corpus are pairs of a text and its copy at a similarity drawn evenly from
 * 0.4 to 1; the rest are families of six, a text and five copies of it, and single texts.
 *
 * <p>Recall is the share of the pairs of at least 0.8 that are in one cluster. Precision is the
 * share of the pairs in one cluster that are at least 0.8; of families larger than two, whose
 * clusters are chains, it is the share that a chain of pairs of at least 0.8 connects.
 */
class MinHashQualityTest {
  private static final double THRESHOLD = 0.8;
  private static final int NUM_PAIRED = 1_000;

  private static List<String> texts;
  private static Map<Pair, Double> similarities;

  @BeforeAll
  static void plant() {
    PlantedCorpus corpus = new PlantedCorpus(11);
    texts = new ArrayList<>(corpus.families(NUM_PAIRED / 2, 2, 0.4));
    texts.addAll(corpus.families(100, 6, 0.6));
    texts.addAll(corpus.families(400, 1, 1));
    similarities =
        PlainShingles.allPairs(texts.stream().map(text -> PlainShingles.of(text, 5)).toList());
  }

  @Test
  void nearlyAllPairsAreFoundAndNearlyNoOthers() {
    Set<Pair> found = sameCluster(MinHashDuplicates.mark(documents(), MinHashConfig.defaults()));
    Set<Pair> similar = similar();
    Set<Pair> connected = connected(similar);

    double recall = share(similar, found);
    double precision = share(paired(found), similar);
    double precisionOfChains = share(found, connected);
    report("compared at 0.8", recall, precision, precisionOfChains);
    assertThat(similar).hasSizeGreaterThan(400);
    assertThat(recall).isGreaterThanOrEqualTo(0.95);
    assertThat(precision).isGreaterThanOrEqualTo(0.98);
    assertThat(precisionOfChains).isGreaterThanOrEqualTo(0.98);
  }

  @Test
  void withoutAComparisonManyOthersAreTaken() {
    Set<Pair> found =
        sameCluster(
            MinHashDuplicates.mark(documents(), MinHashConfig.defaults().withMinJaccard(0)));
    double recall = share(similar(), found);
    double precision = share(paired(found), similar());
    report("not compared", recall, precision, share(found, connected(similar())));
    assertThat(recall).isGreaterThanOrEqualTo(0.95);
    assertThat(precision).isLessThan(0.9);
  }

  private static void report(String how, double recall, double precision, double ofChains) {
    System.out.printf(
        Locale.ROOT,
        "MinHash, %s: recall %.4f, precision %.4f, precision with chains %.4f%n",
        how,
        recall,
        precision,
        ofChains);
  }

  private static Dataset<Row> documents() {
    return TestDocuments.of("", texts).repartition(4);
  }

  private static Set<Pair> similar() {
    return similarities.entrySet().stream()
        .filter(entry -> entry.getValue() >= THRESHOLD)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  private static Set<Pair> connected(Set<Pair> pairs) {
    UnionFind components = new UnionFind(texts.size());
    pairs.forEach(pair -> components.union(pair.first(), pair.second()));
    return sameComponent(components);
  }

  private static Set<Pair> sameCluster(Dataset<Row> marked) {
    UnionFind clusters = new UnionFind(texts.size());
    TestDocuments.kept(marked)
        .forEach((id, keptId) -> clusters.union(Integer.parseInt(id), Integer.parseInt(keptId)));
    return sameComponent(clusters);
  }

  private static Set<Pair> sameComponent(UnionFind components) {
    Set<Pair> pairs = new HashSet<>();
    for (int j = 0; j < texts.size(); j++) {
      for (int i = 0; i < j; i++) {
        if (components.find(i) == components.find(j)) {
          pairs.add(new Pair(i, j));
        }
      }
    }
    return pairs;
  }

  private static Set<Pair> paired(Set<Pair> pairs) {
    return pairs.stream().filter(pair -> pair.second() < NUM_PAIRED).collect(Collectors.toSet());
  }

  private static double share(Set<Pair> pairs, Set<Pair> ofThese) {
    return (double) pairs.stream().filter(ofThese::contains).count() / pairs.size();
  }
}
