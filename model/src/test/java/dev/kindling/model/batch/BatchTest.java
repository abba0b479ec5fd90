package dev.kindling.model.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class BatchTest {
  private static final CausalBatch CAUSAL =
      new CausalBatch(3, 2, new int[] {1, 2, 3, 4, 5, 6}, new int[] {2, 3, -1, 5, -1, 7});
  private static final MaskedBatch MASKED =
      new MaskedBatch(
          2,
          3,
          new int[] {1, 2, 3, 4, 5, 0},
          new int[] {0, 0, 1, 0, 1, 0},
          new int[] {3, 2},
          new int[] {-1, 9, -1, -1, 8, -1},
          new int[] {0, 1});
  private static final SequenceToSequenceBatch SEQUENCES =
      new SequenceToSequenceBatch(
          2,
          3,
          new int[] {1, 2, 3, 4, 5, 0},
          new int[] {3, 2},
          2,
          new int[] {0, 6, 0, 7},
          new int[] {6, 9, 7, -1});

  private static void assertRefused(ThrowingCallable constructor, String message) {
    assertThatThrownBy(constructor)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void targetsThatAreIgnoredAreNotCounted() {
    assertThat(CAUSAL.numCounted()).isEqualTo(4);
    assertThat(MASKED.numCounted()).isEqualTo(2);
    assertThat(SEQUENCES.numCounted()).isEqualTo(3);
  }

  @Test
  void rowsAreABatchOfTheirOwn() {
    assertThat(CAUSAL.rows(1, 2))
        .usingRecursiveComparison()
        .isEqualTo(new CausalBatch(2, 2, new int[] {3, 4, 5, 6}, new int[] {-1, 5, -1, 7}));
    assertThat(MASKED.rows(1, 1))
        .usingRecursiveComparison()
        .isEqualTo(
            new MaskedBatch(
                1,
                3,
                new int[] {4, 5, 0},
                new int[] {0, 1, 0},
                new int[] {2},
                new int[] {-1, 8, -1},
                new int[] {1}));
    assertThat(SEQUENCES.rows(1, 1))
        .usingRecursiveComparison()
        .isEqualTo(
            new SequenceToSequenceBatch(
                1, 3, new int[] {4, 5, 0}, new int[] {2}, 2, new int[] {0, 7}, new int[] {7, -1}));
  }

  @Test
  void rowsOfABatchWithoutNextSentencesHaveNone() {
    int[] ids = {1, 2};
    MaskedBatch batch = new MaskedBatch(2, 1, ids, new int[2], new int[] {1, 1}, ids, new int[0]);

    assertThat(batch.rows(0, 1).nextSentence()).isEmpty();
  }

  @Test
  void rowsOutsideTheBatchAreRefused() {
    for (Batch batch : new Batch[] {CAUSAL, MASKED, SEQUENCES}) {
      assertRefused(() -> batch.rows(-1, 1), "1 sequences from -1");
      assertRefused(() -> batch.rows(0, 0), "0 sequences from 0");
      assertRefused(() -> batch.rows(1, batch.size()), "all within the batch of " + batch.size());
      assertRefused(() -> batch.rows(1, Integer.MAX_VALUE), "within the batch");
    }
  }

  @Test
  void wrongShapesAreRefused() {
    assertRefused(() -> new CausalBatch(0, 2, new int[0], new int[0]), "size is 0");
    assertRefused(() -> new CausalBatch(2, 0, new int[0], new int[0]), "length is 0");
    assertRefused(
        () -> new CausalBatch(2, 3, new int[6], new int[5]),
        "targets has 5 elements: expected 2 sequences × 3 = 6");
    assertRefused(() -> new CausalBatch(1 << 16, 1 << 16, new int[0], new int[0]), "= 4294967296");
    assertRefused(
        () ->
            new MaskedBatch(2, 1, new int[2], new int[2], new int[] {1, 1}, new int[2], new int[1]),
        "nextSentence has 1 elements: expected 2");
    assertRefused(
        () ->
            new SequenceToSequenceBatch(1, 2, new int[2], new int[] {2}, 3, new int[2], new int[3]),
        "decoderInputs has 2 elements: expected 1 sequences × 3 = 3");
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    int[] one = {1};
    int[] zero = {0};
    assertRefused(
        () -> new CausalBatch(1, 1, new int[] {-1}, one), "inputs has -1 at 0: expected 0 or more");
    assertRefused(
        () -> new CausalBatch(1, 1, one, new int[] {-2}), "targets has -2 at 0: expected -1 or");
    assertRefused(
        () -> new MaskedBatch(1, 1, one, new int[] {2}, one, one, one),
        "segments has 2 at 0: expected 0 to 1");
    assertRefused(
        () -> new MaskedBatch(1, 1, one, zero, new int[] {2}, one, one),
        "lengths has 2 at 0: expected 1 to 1");
    assertRefused(
        () -> new MaskedBatch(1, 1, one, zero, one, one, new int[] {3}),
        "nextSentence has 3 at 0: expected 0 to 1");
    assertRefused(
        () -> new SequenceToSequenceBatch(1, 1, one, zero, 1, one, one),
        "inputLengths has 0 at 0: expected 1 to 1");
  }

  @Test
  void nothingIsPredictedInThePadding() {
    assertRefused(
        () ->
            new MaskedBatch(
                2,
                2,
                new int[4],
                new int[4],
                new int[] {2, 1},
                new int[] {-1, 5, -1, 6},
                new int[0]),
        "targets has 6 at position 1 of sequence 1, which is padding from 1 on");
  }

  @Test
  void idsThatTheModelDoesNotKnowAreRefused() {
    CAUSAL.requireVocabulary(8);
    MASKED.requireVocabulary(10);
    SEQUENCES.requireVocabulary(10);
    assertRefused(
        () -> CAUSAL.requireVocabulary(7), "targets has the token 7 at 5, but the model's");
    assertRefused(() -> MASKED.requireVocabulary(5), "inputs has the token 5 at 4");
    assertRefused(() -> SEQUENCES.requireVocabulary(6), "decoderInputs has the token 6 at 1");
  }
}
