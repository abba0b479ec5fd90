package dev.kindling.data.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.sample.PagePlan.Page;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampleCorpusTest {
  private final Configuration hadoop = new Configuration();

  @TempDir private java.nio.file.Path temporary;

  private Manifest write(String name, long seed, int documents) {
    Path path = new Path(temporary.resolve(name).toUri());
    return SampleCorpus.write(hadoop, new SampleCorpusConfig(seed, documents), path);
  }

  @Test
  void theSameSeedGivesTheSameBytesAndAnotherSeedOthers() {
    Manifest one = write("one", 7, 150);
    Manifest two = write("two", 7, 150);
    Manifest other = write("other", 8, 150);

    assertThat(two.files()).isEqualTo(one.files());
    assertThat(other.files()).isNotEqualTo(one.files());
  }

  @Test
  void theCorpusHasFilesOfAllFormatsAndTheTruth() throws IOException {
    Manifest manifest = write("corpus", 1, 2000);

    Set<String> suffixes = new HashSet<>();
    for (Manifest.Entry file : manifest.files()) {
      suffixes.add(file.path().substring(file.path().indexOf('.')));
    }
    assertThat(suffixes).containsExactlyInAnyOrder(".html", ".txt", ".jsonl", ".jsonl.gz", ".json");
    JsonNode truth = new ObjectMapper().readTree(temporary.resolve("corpus/truth.json").toFile());
    assertThat(truth).isEqualTo(manifest.details());
    assertThat(truth.path("documents").asInt())
        .isEqualTo(2000 + 100 + 50 + 50 + 50 + 50 + 50 + 20)
        .isEqualTo(truth.path("expected").path("read").asInt());
    assertThat(truth.path("stories").path("en").asInt()).isEqualTo(1000);
    assertThat(truth.path("entropy").path("en").path("natsPerCharacter").asDouble())
        .isCloseTo(GrammarEntropy.of(GrammarParser.load("en")).natsPerCharacter(), within(1e-12));
    assertThat(truth.path("formats").path("html").asInt()).isEqualTo(474);
  }

  @Test
  void writingAgainDoesNothingAndWritingOtherwiseIsRefused() {
    Manifest first = write("corpus", 1, 10);

    assertThat(write("corpus", 1, 10)).isEqualTo(first);
    assertThatThrownBy(() -> write("corpus", 1, 11))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("choose another --output");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 39, 40, 41, 1021})
  void everyPageOfThePlanComesOnce(int numStories) {
    PagePlan plan = new PagePlan(3, numStories);
    Set<Page> pages = new HashSet<>();
    for (int place = 0; place < plan.numPages(); place++) {
      Page page = plan.pageAt(place);
      assertThat(page.number()).isLessThan(plan.counts().get(page.kind()));
      pages.add(page);
    }
    assertThat(pages).hasSize(plan.numPages());
  }

  @Test
  void aCorpusOfNothingIsRefused() {
    assertThatThrownBy(() -> new SampleCorpusConfig(1, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("1 to 1000000000 documents");
  }
}
