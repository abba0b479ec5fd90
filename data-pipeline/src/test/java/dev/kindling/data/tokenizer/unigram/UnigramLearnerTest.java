package dev.kindling.data.tokenizer.unigram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class UnigramLearnerTest {
  private static final Map<String, Long> WORDS = inventedWords(3_000);

  @Test
  void exactlyAsManyPiecesAsWantedComeOutFromTheLikeliest() {
    List<ScoredPiece> pieces = UnigramLearner.learn(WORDS, 500, 1, Set.of());
    assertThat(pieces).hasSize(500);
    assertThat(pieces.stream().map(ScoredPiece::piece)).doesNotHaveDuplicates();
    for (int i = 1; i < pieces.size(); i++) {
      assertThat(pieces.get(i).score()).isNegative().isLessThanOrEqualTo(pieces.get(i - 1).score());
    }
  }

  @Test
  void everyCharacterIsAPiece() {
    Set<String> characters = new TreeSet<>();
    WORDS
        .keySet()
        .forEach(word -> word.codePoints().forEach(c -> characters.add(Character.toString(c))));
    for (int numPieces : new int[] {characters.size(), characters.size() + 3, 400}) {
      assertThat(texts(UnigramLearner.learn(WORDS, numPieces, 1, Set.of())))
          .hasSize(numPieces)
          .containsAll(characters);
    }
    assertThat(texts(UnigramLearner.learn(WORDS, 5, 1, Set.of()))).isEqualTo(characters);
  }

  @Test
  void theOrderOfTheWordsDoesNotMatter() {
    List<Map.Entry<String, Long>> shuffled = new ArrayList<>(WORDS.entrySet());
    Collections.shuffle(shuffled, new Random(1));
    Map<String, Long> reordered = new LinkedHashMap<>();
    shuffled.forEach(word -> reordered.put(word.getKey(), word.getValue()));
    assertThat(UnigramLearner.learn(reordered, 300, 2, Set.of()))
        .isEqualTo(UnigramLearner.learn(WORDS, 300, 2, Set.of()));
  }

  @Test
  void theMorphemesThatWordsAreMadeOfAreFound() {
    assertThat(texts(UnigramLearner.learn(WORDS, 70, 1, Set.of())))
        .contains("▁un", "▁over", "ing", "ness", "less", "walk", "light", "thought");
  }

  @Test
  void theBoundThatLearningMaximizesDoesNotFall() {
    Random random = new Random(19);
    int numComparisons = 0;
    for (int round = 0; round < 20; round++) {
      RandomModel model = new RandomModel(random);
      Map<String, Long> counts = new HashMap<>();
      for (int i = 0; i < 100; i++) {
        counts.merge(model.word(12), 100L + random.nextInt(900), Long::sum);
      }
      TrainingWords words = TrainingWords.of(counts, 1);
      List<ScoredPiece> pieces = model.pieces();
      double[] posterior = null;
      double last = Double.NEGATIVE_INFINITY;
      for (int step = 0; step < 15; step++) {
        ExpectedCounts expected = ExpectedCounts.of(UnigramModel.of(pieces), words);
        if (posterior != null) {
          double bound = expected.logLikelihood() - divergenceFromPrior(posterior);
          assertThat(bound).isGreaterThanOrEqualTo(last - 1e-6);
          numComparisons += last > Double.NEGATIVE_INFINITY ? 1 : 0;
          last = bound;
        }
        List<ScoredPiece> next = UnigramLearner.maximize(pieces, expected.counts());
        // With fewer pieces it is another model, whose bound starts anew.
        boolean same = next.size() == pieces.size();
        last = same ? last : Double.NEGATIVE_INFINITY;
        posterior = same ? expected.counts() : null;
        pieces = next;
      }
    }
    assertThat(numComparisons).isGreaterThan(50);
  }

  @Test
  void fewerPiecesComeOutWhereThereIsNothingMoreToLearn() {
    List<ScoredPiece> pieces =
        UnigramLearner.learn(Map.of("▁ab", 10L, "▁cd", 1L), 1_000, 1, Set.of());
    assertThat(texts(pieces)).isEqualTo(Set.of("▁", "a", "b", "c", "d", "▁ab"));
    assertThat(UnigramLearner.learn(Map.of(), 1_000, 1, Set.of())).isEmpty();
    assertThat(UnigramLearner.learn(Map.of("▁ab", 1L), 1_000, 2, Set.of())).isEmpty();
  }

  /**
   * KL of the Dirichlet distribution of these counts from the prior of no counts, without the
   * constant: what variational Bayes (Beal 2003, section 3.4) takes from the likelihood.
   */
  private static double divergenceFromPrior(double[] counts) {
    double total = Arrays.stream(counts).sum();
    double divergence = logGamma(total);
    for (double count : counts) {
      divergence += count * (Digamma.of(count) - Digamma.of(total)) - logGamma(count);
    }
    return divergence;
  }

  /** Stirling's series, behind the recurrence up to 20. */
  private static double logGamma(double x) {
    double recurrence = 0;
    double shifted = x;
    for (; shifted < 20; shifted++) {
      recurrence -= Math.log(shifted);
    }
    double square = shifted * shifted;
    double series = (1.0 / 12 - (1.0 / 360 - 1.0 / (1260 * square)) / square) / shifted;
    return recurrence
        + (shifted - 0.5) * Math.log(shifted)
        - shifted
        + 0.5 * Math.log(2 * Math.PI)
        + series;
  }

  private static Set<String> texts(List<ScoredPiece> pieces) {
    return pieces.stream().map(ScoredPiece::piece).collect(Collectors.toSet());
  }

  /** Words of a prefix, one or two stems and a suffix, some much more frequent than others. */
  private static Map<String, Long> inventedWords(int numWords) {
    String[] prefixes = {"", "", "un", "re", "over", "dis"};
    String[] stems = {
      "walk", "light", "stone", "river", "bread", "mill", "kind", "quick", "thought", "jump", "fox",
      "water", "house", "green", "spell", "north", "grow", "cloud", "paper", "voice"
    };
    String[] suffixes = {"", "s", "ed", "ing", "ness", "ful", "less", "er"};
    Random random = new Random(17);
    Map<String, Long> words = new LinkedHashMap<>();
    while (words.size() < numWords) {
      String word =
          "▁"
              + prefixes[random.nextInt(prefixes.length)]
              + stems[random.nextInt(stems.length)]
              + (random.nextInt(3) == 0 ? stems[random.nextInt(stems.length)] : "")
              + suffixes[random.nextInt(suffixes.length)];
      words.merge(word, 1L + (long) (40 / (1 + 30 * random.nextDouble())), Long::sum);
    }
    return words;
  }
}
