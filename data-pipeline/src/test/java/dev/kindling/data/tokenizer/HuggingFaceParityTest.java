package dev.kindling.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Every kind of vocabulary, learned from the embedded corpus, against Hugging Face's own library.
 */
class HuggingFaceParityTest {
  static final List<String> KINDS = TokenizerLearner.KINDS;

  private static final int VOCAB_SIZE = 2_000;
  private static final int MEGABYTE = 1 << 20;

  @TempDir static Path directory;

  private static final Map<String, HuggingFacePeer> PEERS = new HashMap<>();
  private static final Map<String, Tokenizer> OURS = new HashMap<>();
  private static List<String> corpus;

  @BeforeAll
  static void learn() throws IOException {
    corpus = TestTexts.embeddedCorpus(directory);
    for (String kind : KINDS) {
      Tokenizer learned =
          TokenizerLearner.learn(new TokenizerConfig(kind, VOCAB_SIZE, 2, true), corpus);
      OURS.put(kind, learned);
      PEERS.put(kind, HuggingFacePeer.of(learned));
    }
  }

  @AfterAll
  static void close() {
    PEERS.values().forEach(HuggingFacePeer::close);
  }

  @ParameterizedTest
  @FieldSource("KINDS")
  void theEmbeddedCorpusGivesTheSameIdsAndTexts(String kind) {
    corpus.forEach(PEERS.get(kind)::assertSame);
  }

  @ParameterizedTest
  @FieldSource("KINDS")
  void nastyTextsGiveTheSameIdsAndTexts(String kind) {
    TestTexts.nasty().forEach(PEERS.get(kind)::assertSame);
  }

  @ParameterizedTest
  @FieldSource("KINDS")
  void randomTextsGiveTheSameIdsAndTexts(String kind) {
    Random random = new Random(29);
    for (int i = 0; i < 150; i++) {
      PEERS.get(kind).assertSame(TestTexts.random(random, 80));
      PEERS.get(kind).assertSame(TestTexts.story(i, 60) + "I do not . ' n't 's");
    }
  }

  @ParameterizedTest
  @FieldSource("KINDS")
  void aLineOfAMegabyteGivesTheSameIds(String kind) {
    for (String part : List.of("the miller, abé 河边 ", "bread长")) {
      PEERS.get(kind).assertSame(part.repeat(MEGABYTE / part.length()));
    }
  }

  @ParameterizedTest
  @FieldSource("KINDS")
  void theTokenThatEndsADocumentIsASpecialTokenForBoth(String kind) {
    long[] end = {OURS.get(kind).endOfTextId().orElseThrow()};
    String content =
        switch (kind) {
          case TokenizerLearner.UNIGRAM -> UnigramTokenizer.END_OF_SEQUENCE;
          case WordPieceLearning.UNCASED, WordPieceLearning.CASED -> WordPieceTokenizer.SEPARATOR;
          default -> Tokenizer.END_OF_TEXT;
        };
    assertThat(PEERS.get(kind).ids(content)).isEqualTo(end);
    assertThat(PEERS.get(kind).rust().decode(end, true)).isEmpty();
  }
}
