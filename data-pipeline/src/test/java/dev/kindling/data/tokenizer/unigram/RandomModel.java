package dev.kindling.data.tokenizer.unigram;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** A small model over four characters, and the plain way to list all segmentations. */
final class RandomModel {
  private static final String[] ALPHABET = {"a", "b", "▁", "😀"};

  private final Random random;
  private final List<ScoredPiece> pieces = new ArrayList<>();

  RandomModel(Random random) {
    this.random = random;
    Set<String> texts = new LinkedHashSet<>(List.of(ALPHABET));
    for (int i = 0; i < 12; i++) {
      texts.add(word(4));
    }
    texts.forEach(text -> pieces.add(new ScoredPiece(text, -8 * random.nextDouble())));
  }

  List<ScoredPiece> pieces() {
    return pieces;
  }

  UnigramModel model() {
    return UnigramModel.of(pieces);
  }

  /** A word of 1 to {@code maxLength} characters. */
  String word(int maxLength) {
    StringBuilder word = new StringBuilder();
    for (int i = random.nextInt(maxLength); i >= 0; i--) {
      word.append(ALPHABET[random.nextInt(ALPHABET.length)]);
    }
    return word.toString();
  }

  /** Every way to write {@code word} in pieces, by index. */
  List<List<Integer>> segmentations(String word) {
    if (word.isEmpty()) {
      return List.of(List.of());
    }
    List<List<Integer>> all = new ArrayList<>();
    for (int first = 0; first < pieces.size(); first++) {
      String piece = pieces.get(first).piece();
      if (word.startsWith(piece)) {
        for (List<Integer> rest : segmentations(word.substring(piece.length()))) {
          List<Integer> segmentation = new ArrayList<>(List.of(first));
          segmentation.addAll(rest);
          all.add(segmentation);
        }
      }
    }
    return all;
  }

  /** The sum of the scores. */
  double score(List<Integer> segmentation) {
    return segmentation.stream().mapToDouble(piece -> pieces.get(piece).score()).sum();
  }
}
