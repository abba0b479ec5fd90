package dev.kindling.data.shard;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Packs documents into sequences of one length without cutting those that fit into one (best-fit
 * decreasing; Ding et al. 2024, "Fewer Truncations Improve Language Modeling"). A longer document
 * gives whole sequences from its beginning, and its rest is packed like a document. A function of
 * the lengths alone, in O(n log n).
 */
final class SequencePacking {
  /**
   * A part of a document.
   *
   * @param document its number
   * @param start its first token in the document
   * @param length in tokens
   */
  record Piece(int document, int start, int length) {}

  /** What one sequence is made of, in order. */
  record Sequence(List<Piece> pieces, int numTokens) {}

  private SequencePacking() {}

  /**
   * Packs documents.
   *
   * @param lengths in tokens
   * @param sequenceLength the tokens of a sequence
   */
  static List<Sequence> pack(int[] lengths, int sequenceLength) {
    List<Sequence> sequences = new ArrayList<>();
    List<Piece> rests = new ArrayList<>();
    for (int document = 0; document < lengths.length; document++) {
      int start = 0;
      for (; lengths[document] - start >= sequenceLength; start += sequenceLength) {
        Piece whole = new Piece(document, start, sequenceLength);
        sequences.add(new Sequence(List.of(whole), sequenceLength));
      }
      if (start < lengths[document]) {
        rests.add(new Piece(document, start, lengths[document] - start));
      }
    }
    // Stable, so that of equal lengths the earlier document goes first.
    rests.sort(Comparator.comparingInt(piece -> -piece.length()));
    sequences.addAll(bestFit(rests, sequenceLength));
    return sequences;
  }

  /** Puts every piece into the fullest sequence that has room for it. */
  private static List<Sequence> bestFit(List<Piece> longestFirst, int sequenceLength) {
    List<List<Piece>> sequences = new ArrayList<>();
    int[] filled = new int[64];
    TreeMap<Integer, Deque<Integer>> byRoom = new TreeMap<>();
    for (Piece piece : longestFirst) {
      Map.Entry<Integer, Deque<Integer>> tightest = byRoom.ceilingEntry(piece.length());
      int sequence;
      if (tightest == null) {
        sequence = sequences.size();
        sequences.add(new ArrayList<>());
        filled = sequence == filled.length ? Arrays.copyOf(filled, 2 * sequence) : filled;
      } else {
        sequence = tightest.getValue().removeFirst();
        if (tightest.getValue().isEmpty()) {
          byRoom.remove(tightest.getKey());
        }
      }
      sequences.get(sequence).add(piece);
      filled[sequence] += piece.length();
      int room = sequenceLength - filled[sequence];
      if (room > 0) {
        byRoom.computeIfAbsent(room, none -> new ArrayDeque<>()).addLast(sequence);
      }
    }
    List<Sequence> packed = new ArrayList<>();
    for (int i = 0; i < sequences.size(); i++) {
      packed.add(new Sequence(List.copyOf(sequences.get(i)), filled[i]));
    }
    return packed;
  }
}
