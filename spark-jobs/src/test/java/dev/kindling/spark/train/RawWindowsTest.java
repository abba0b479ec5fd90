package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.shard.TokenDocuments;
import dev.kindling.data.shard.TokenSet;
import dev.kindling.model.objective.CausalLanguageModelling;
import dev.kindling.model.objective.Denoising;
import dev.kindling.model.objective.MaskedLanguageModelling;
import dev.kindling.model.objective.NextSentence;
import dev.kindling.model.objective.Objective;
import dev.kindling.model.objective.RawSample;
import dev.kindling.model.objective.SpecialTokens;
import dev.kindling.model.random.NoiseKey;
import dev.kindling.model.random.RandomStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawWindowsTest {
  private static final NoiseKey NOISE = new NoiseKey(5, 0, 0);
  private static final Objective PERMUTED =
      Denoising.bart(202, SpecialTokens.Bart.behind(TinyTokens.VOCAB_SIZE), Set.of(0));
  private static final Objective PAIRS =
      MaskedLanguageModelling.bert(
          203, SpecialTokens.Bert.behind(TinyTokens.VOCAB_SIZE), NextSentence.RANDOM);

  @TempDir Path directory;
  private org.apache.hadoop.fs.Path tokens;

  @BeforeEach
  void write() throws IOException {
    tokens = TinyTokens.write(directory);
  }

  @Test
  void aWindowHasTheSentencesThatEndInItWhereTheyAreKeptAndUsed() throws IOException {
    assertThat(read(PERMUTED, 7).sentenceEnds()).isEmpty();

    TinyTokens.keepSentences(directory);
    List<Integer> expected = new ArrayList<>();
    try (TokenSet train = TokenSet.open(new Configuration(), tokens, "train")) {
      for (long number = 0; number < train.documents().size(); number++) {
        long end = train.documents().get(number).end() - 7;
        if (end > 0 && end <= PERMUTED.rawTokens()) {
          expected.add((int) end);
        }
      }
    }
    assertThat(expected).hasSizeGreaterThan(5);
    assertThat(read(PERMUTED, 7).sentenceEnds())
        .containsExactly(expected.stream().mapToInt(Integer::intValue).toArray());
    RawSample ofOneDocument = read(PAIRS, 7);
    assertThat(ofOneDocument.sentenceEnds()).containsExactly(ofOneDocument.tokens().length);
    assertThat(read(new CausalLanguageModelling(200), 7).sentenceEnds()).isEmpty();
  }

  @Test
  void anotherDocumentIsReadFromTheBeginningOfASentence() throws IOException {
    TinyTokens.keepSentences(directory);
    try (TokenSet train = TokenSet.open(new Configuration(), tokens, "train")) {
      Set<List<Integer>> beginnings = new HashSet<>();
      for (long number = 0; number < train.documents().size(); number++) {
        TokenDocuments.Span document = train.documents().get(number);
        int[] beginning = new int[(int) Math.min(4, document.length())];
        train.read(document.start(), beginning, 0, beginning.length);
        beginnings.add(Arrays.stream(beginning).boxed().toList());
      }
      RawSample sample = new RawWindows(train, PAIRS).read(7, NOISE);
      RandomStream random = NOISE.stream();
      for (int i = 0; i < 50; i++) {
        int[] other = sample.other().tokens(random, 4);
        assertThat(beginnings).contains(Arrays.stream(other).boxed().toList());
      }
    }
  }

  private RawSample read(Objective objective, long start) {
    try (TokenSet train = TokenSet.open(new Configuration(), tokens, "train")) {
      return new RawWindows(train, objective).read(start, NOISE);
    }
  }
}
