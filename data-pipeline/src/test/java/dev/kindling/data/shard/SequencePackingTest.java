package dev.kindling.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.shard.SequencePacking.Piece;
import dev.kindling.data.shard.SequencePacking.Sequence;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SequencePackingTest {
  @Test
  void aDocumentGoesWhereItLeavesTheLeastRoom() {
    List<Sequence> sequences = SequencePacking.pack(new int[] {3, 7, 5, 2, 3}, 10);

    assertThat(sequences)
        .containsExactly(
            new Sequence(List.of(new Piece(1, 0, 7), new Piece(0, 0, 3)), 10),
            new Sequence(List.of(new Piece(2, 0, 5), new Piece(4, 0, 3), new Piece(3, 0, 2)), 10));
  }

  @Test
  void aLongDocumentGivesWholeSequencesAndARest() {
    assertThat(SequencePacking.pack(new int[] {25, 4}, 10))
        .containsExactly(
            new Sequence(List.of(new Piece(0, 0, 10)), 10),
            new Sequence(List.of(new Piece(0, 10, 10)), 10),
            new Sequence(List.of(new Piece(0, 20, 5), new Piece(1, 0, 4)), 9));
    assertThat(SequencePacking.pack(new int[] {10, 20}, 10)).hasSize(3);
  }

  @Test
  void everyTokenIsInOneSequenceOnceAndWhatFitsIsWhole() {
    SplittableRandom random = new SplittableRandom(11);
    for (int sequenceLength : new int[] {2, 7, 64, 257}) {
      int[] lengths =
          IntStream.range(0, 997).map(i -> random.nextInt(3 * sequenceLength)).toArray();
      int[] seen = new int[lengths.length];
      int[] pieces = new int[lengths.length];
      for (Sequence sequence : SequencePacking.pack(lengths, sequenceLength)) {
        assertThat(sequence.numTokens())
            .isEqualTo(sequence.pieces().stream().mapToInt(Piece::length).sum())
            .isLessThanOrEqualTo(sequenceLength);
        for (Piece piece : sequence.pieces()) {
          assertThat(piece.start() % sequenceLength).isZero();
          seen[piece.document()] += piece.length();
          pieces[piece.document()]++;
        }
      }
      assertThat(seen).isEqualTo(lengths);
      for (int i = 0; i < lengths.length; i++) {
        assertThat(pieces[i]).isEqualTo((lengths[i] + sequenceLength - 1) / sequenceLength);
      }
    }
  }

  @Test
  void sequencesOfManyDocumentsAreNearlyFull() {
    SplittableRandom random = new SplittableRandom(3);
    int[] lengths = IntStream.range(0, 20_000).map(i -> 1 + random.nextInt(700)).toArray();
    long numTokens = IntStream.of(lengths).asLongStream().sum();

    assertThat(SequencePacking.pack(lengths, 1025).size() * 1025L)
        .isLessThan(numTokens + numTokens / 200);
  }

  @Test
  void nothingGivesNothing() {
    assertThat(SequencePacking.pack(new int[0], 10)).isEmpty();
    assertThat(SequencePacking.pack(new int[] {0, 0}, 10)).isEmpty();
  }
}
