package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.shard.SampleIndex;
import dev.kindling.data.shard.TokenDocuments;
import dev.kindling.data.shard.TokenSet;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.batch.MaskedBatch;
import dev.kindling.model.batch.SequenceToSequenceBatch;
import dev.kindling.model.objective.CausalLanguageModelling;
import dev.kindling.model.objective.MaskedLanguageModelling;
import dev.kindling.model.objective.NextSentence;
import dev.kindling.model.objective.Objective;
import dev.kindling.model.objective.RawSample;
import dev.kindling.model.objective.SpanCorruption;
import dev.kindling.model.objective.SpecialTokens;
import dev.kindling.model.random.NoiseKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataOrderTest {
  private static final long SEED = 3;
  private static final int LENGTH = 16;
  private static final Configuration HADOOP = new Configuration();

  private static final Objective SPANS =
      SpanCorruption.t5(3 * LENGTH, SpecialTokens.T5.behind(TinyTokens.VOCAB_SIZE));

  private static final MaskedLanguageModelling PAIRS =
      MaskedLanguageModelling.bert(
          LENGTH, SpecialTokens.Bert.behind(TinyTokens.VOCAB_SIZE), NextSentence.RANDOM);

  @TempDir static Path directory;
  private static org.apache.hadoop.fs.Path tokens;

  @BeforeAll
  static void write() throws IOException {
    tokens = TinyTokens.write(directory);
  }

  @Test
  void aDecoderReadsTheWindowsOfTheIndexAsTheyStand() {
    int length = 8;
    SampleIndex index = new SampleIndex(SEED, TinyTokens.NUM_TRAIN, length);
    try (DataOrder.Reader reader = open(new CausalLanguageModelling(length), 3);
        TokenSet train = TokenSet.open(HADOOP, tokens, "train")) {
      CausalBatch batch = (CausalBatch) reader.read((5 * 2 + 1) * 3);
      for (int j = 0; j < 3; j++) {
        int[] window = new int[length + 1];
        train.read(index.start((5 * 2 + 1) * 3 + j), window, 0, window.length);
        assertThat(row(batch.inputs(), j, length)).isEqualTo(Arrays.copyOf(window, length));
        assertThat(row(batch.targets(), j, length))
            .isEqualTo(Arrays.copyOfRange(window, 1, length + 1));
      }
    }
  }

  @Test
  void aSampleIsTheSameInABatchOfAnySize() {
    try (DataOrder.Reader alone = open(SPANS, 4);
        DataOrder.Reader shared = open(SPANS, 2)) {
      SequenceToSequenceBatch whole = (SequenceToSequenceBatch) alone.read(12);
      SequenceToSequenceBatch second = (SequenceToSequenceBatch) shared.read(14);

      assertThat(second.inputs()).isEqualTo(whole.rows(2, 2).inputs());
      assertThat(second.targets()).isEqualTo(whole.rows(2, 2).targets());
    }
  }

  @Test
  void noiseIsNewInEveryEpochAndTheSameWhenAStepIsReadAgain() {
    long samplesPerEpoch =
        new SampleIndex(SEED, TinyTokens.NUM_TRAIN, SPANS.rawTokens()).samplesPerEpoch();
    Set<List<Integer>> sentinelPlaces = new HashSet<>();
    try (DataOrder.Reader reader = open(SPANS, 1)) {
      for (long epoch = 0; epoch < 6; epoch++) {
        int[] inputs = inputs(reader.read(epoch * samplesPerEpoch));
        assertThat(inputs(reader.read(epoch * samplesPerEpoch))).isEqualTo(inputs);
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < inputs.length; i++) {
          if (inputs[i] > TinyTokens.VOCAB_SIZE + 1) {
            places.add(i);
          }
        }
        sentinelPlaces.add(places);
      }
    }
    assertThat(sentinelPlaces).hasSizeGreaterThan(2);
  }

  @Test
  void twoSegmentsThatBelongTogetherAreOfOneDocument() {
    try (TokenSet train = TokenSet.open(HADOOP, tokens, "train")) {
      RawWindows windows = new RawWindows(train, PAIRS);
      for (long start = 0; start + PAIRS.rawTokens() <= train.numTokens(); start++) {
        RawSample sample = windows.read(start, new NoiseKey(SEED, 0, start));
        assertThat(sample.tokens().length).isBetween(2, PAIRS.rawTokens());
        assertThat(liesWithinOneDocument(train, start, sample.tokens())).isTrue();
      }
    }
  }

  /** Whether some document holds the tokens within the window, and no other a longer part of it. */
  private static boolean liesWithinOneDocument(TokenSet train, long start, int[] sample) {
    long end = start + PAIRS.rawTokens();
    TokenDocuments documents = train.documents();
    long longest = 0;
    boolean found = false;
    for (long number = 0; number < documents.size(); number++) {
      TokenDocuments.Span document = documents.get(number);
      long from = Math.max(start, document.start());
      long to = Math.min(end, document.end());
      if (from < to) {
        int[] part = new int[(int) (to - from)];
        train.read(from, part, 0, part.length);
        longest = Math.max(longest, part.length);
        found |= Arrays.equals(part, sample);
      }
    }
    return found && sample.length == longest;
  }

  @Test
  void theOtherDocumentIsNeverTheSamplesOwn() {
    try (TokenSet train = TokenSet.open(HADOOP, tokens, "train")) {
      TokenDocuments documents = train.documents();
      Set<List<Integer>> seen = new HashSet<>();
      for (long draw = 0; draw < 500; draw++) {
        int[] other =
            new RandomDocument(train, 2)
                .tokens(new NoiseKey(SEED, 0, draw).stream(), TinyTokens.NUM_TRAIN);
        // Asked for more than any document has, it gives all of one.
        seen.add(Arrays.stream(other).boxed().toList());
      }
      Set<List<Integer>> others = new HashSet<>();
      for (long number = 0; number < documents.size(); number++) {
        TokenDocuments.Span document = documents.get(number);
        int[] all = new int[(int) document.length()];
        train.read(document.start(), all, 0, all.length);
        if (number != 2) {
          others.add(Arrays.stream(all).boxed().toList());
        }
      }
      assertThat(seen).isEqualTo(others);
    }
  }

  @Test
  void theNoiseOfValidationIsTheSameEveryTime() {
    ValidationOrder order = new ValidationOrder(tokens.toString(), PAIRS, 4, 101);
    try (ValidationOrder.Reader first = order.open(HADOOP);
        ValidationOrder.Reader second = order.open(HADOOP)) {
      assertThat(order.numBatches()).isEqualTo(2);
      long numWindows = 0;
      for (long number = 0; number < order.numBatches(); number++) {
        MaskedBatch batch = (MaskedBatch) first.read(number);
        MaskedBatch again = (MaskedBatch) second.read(number);
        assertThat(again.inputs()).isEqualTo(batch.inputs());
        assertThat(again.targets()).isEqualTo(batch.targets());
        assertThat(again.nextSentence()).isEqualTo(batch.nextSentence());
        numWindows += batch.size();
      }
      assertThat(numWindows).isEqualTo(101 / PAIRS.rawTokens());
    }
  }

  private static DataOrder.Reader open(Objective objective, int batchSize) {
    return new DataOrder(tokens.toString(), SEED, batchSize, objective).open(HADOOP);
  }

  private static int[] inputs(Batch batch) {
    return ((SequenceToSequenceBatch) batch).inputs();
  }

  private static int[] row(int[] values, int row, int length) {
    return Arrays.copyOfRange(values, row * length, (row + 1) * length);
  }
}
