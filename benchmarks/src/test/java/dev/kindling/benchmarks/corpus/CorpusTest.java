package dev.kindling.benchmarks.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
  private static final CorpusRecipe RECIPE = CorpusRecipe.ofBytes(4_000_000);
  private static Map<Language, Lexicon> lexicons;

  @TempDir Path directory;

  @BeforeAll
  static void makeWords() {
    lexicons = PageWriter.lexicons();
  }

  @Test
  void itHasAboutTheSizeThatWasAskedForAndItsSummaryCountsWhatIsPlanted() throws IOException {
    CorpusSummary summary = Corpus.write(RECIPE, directory.resolve("corpus"));

    long bytes = 0;
    long numLines = 0;
    long numBroken = 0;
    try (Stream<Path> files = Files.list(directory.resolve("corpus"))) {
      for (Path file : files.toList()) {
        byte[] content =
            file.toString().endsWith(".gz")
                ? new GZIPInputStream(Files.newInputStream(file)).readAllBytes()
                : Files.readAllBytes(file);
        bytes += content.length;
        for (String line : new String(content, StandardCharsets.UTF_8).lines().toList()) {
          numLines++;
          numBroken += line.contains("\uFFFD") || !line.endsWith("\"}") ? 1 : 0;
        }
      }
    }
    assertThat(summary.bytes()).isEqualTo(bytes).isBetween(3_600_000L, 4_400_000L);
    assertThat(numLines).isEqualTo(RECIPE.numDocuments());
    assertThat(summary.broken()).isEqualTo(numBroken).isPositive();
    assertThat(summary.exactDuplicates()).isBetween(numLines / 15, numLines / 7);
    assertThat(summary.nearDuplicates()).isBetween(numLines / 15, numLines / 7);
    assertThat(Corpus.write(RECIPE, directory.resolve("corpus"))).isEqualTo(summary);
  }

  @Test
  void aCorpusOfAnotherSizeIsNotOverwritten() throws IOException {
    Corpus.write(CorpusRecipe.ofBytes(10_000), directory.resolve("corpus"));

    assertThatThrownBy(() -> Corpus.write(RECIPE, directory.resolve("corpus")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("choose another --work");
  }

  @Test
  void duplicatesAreOfOriginalsAndNearOnesDifferInFewWords() throws IOException {
    PageWriter pages = new PageWriter(RECIPE, lexicons);
    int numNear = 0;
    for (long document = 0; document < RECIPE.numDocuments(); document++) {
      Kind kind = RECIPE.kind(document);
      if (kind != Kind.EXACT_DUPLICATE && kind != Kind.NEAR_DUPLICATE) {
        continue;
      }
      List<String> source = words(pages, RECIPE.source(document));
      List<String> words = words(pages, document);
      if (kind == Kind.EXACT_DUPLICATE) {
        assertThat(words).isEqualTo(source);
      } else if (words.size() == source.size() && source.size() > 400) {
        numNear++;
        int different = 0;
        for (int i = 0; i < words.size(); i++) {
          different += words.get(i).equals(source.get(i)) ? 0 : 1;
        }
        assertThat(different).isBetween(0, words.size() / 20);
      }
    }
    assertThat(numNear).isGreaterThan(10);
  }

  @Test
  void wordsAreAsFrequentAsZipfsLawHasThem() throws IOException {
    PageWriter pages = new PageWriter(RECIPE, lexicons);
    Map<String, Integer> counts = new HashMap<>();
    Set<String> distinct = new HashSet<>();
    int numWords = 0;
    for (long document = 0; document < RECIPE.numDocuments(); document++) {
      if (RECIPE.kind(document) == Kind.ORIGINAL) {
        for (String word : words(pages, document)) {
          counts.merge(word, 1, Integer::sum);
          distinct.add(word);
          numWords++;
        }
      }
    }
    assertThat(counts.get("the") / (double) numWords).isBetween(0.01, 0.05);
    assertThat(counts.get("of")).isLessThan(counts.get("the"));
    assertThat(distinct.size()).isGreaterThan(numWords / 20);
  }

  @Test
  void oneDocumentIsTheSameWhateverWasWrittenBefore() {
    PageWriter pages = new PageWriter(RECIPE, lexicons);
    byte[] first = pages.line(7);
    pages.line(8);
    assertThat(pages.line(7)).isEqualTo(first);
    assertThat(new PageWriter(RECIPE, lexicons).line(7)).isEqualTo(first);
  }

  private static List<String> words(PageWriter pages, long document) throws IOException {
    JsonNode page = new ObjectMapper().readTree(pages.line(document));
    return List.of(page.path("text").asText().split("\\s+", -1));
  }
}
