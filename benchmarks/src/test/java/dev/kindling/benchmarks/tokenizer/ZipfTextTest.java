package dev.kindling.benchmarks.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ZipfTextTest {
  @Test
  void aDocumentIsAFunctionOfTheSeedAndItsNumber() {
    String document = new ZipfText(1, 1000).document(3, 50);
    assertThat(new ZipfText(1, 1000).document(3, 50)).isEqualTo(document);
    assertThat(new ZipfText(2, 1000).document(3, 50)).isNotEqualTo(document);
    assertThat(new ZipfText(1, 1000).document(4, 50)).isNotEqualTo(document);
    assertThat(document.split("\\s+")).hasSize(50);
  }

  @Test
  void aWordOccursInProportionToTheInverseOfItsRank() {
    String text = new ZipfText(1, 100_000).document(0, 200_000).toLowerCase(Locale.ROOT);
    Map<String, Long> counts =
        Arrays.stream(text.split("[^a-z]+"))
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    long[] ordered = counts.values().stream().mapToLong(Long::longValue).sorted().toArray();
    int numWords = ordered.length;
    // The mass of rank r is log(1 + 1/r), so that ranks 1 and 20 are as log 2 to log 1.05.
    double ratio = (double) ordered[numWords - 1] / ordered[numWords - 20];
    assertThat(ratio).isBetween(12.0, 17.0);
    assertThat(numWords).isGreaterThan(20_000);
  }

  @Test
  void documentsShareNoMoreThanChanceMakesThem() {
    ZipfText text = new ZipfText(1, 1_000_000);
    Set<String> words = new HashSet<>();
    for (int number = 0; number < 100; number++) {
      words.addAll(List.of(text.document(number, 1000).split("[^A-Za-z]+")));
    }
    assertThat(words).hasSizeGreaterThan(30_000);
  }

  @Test
  void noWordsAreRefused() {
    assertThatThrownBy(() -> new ZipfText(1, 0)).hasMessageContaining("numWords is 0");
  }
}
