package dev.kindling.data.decontaminate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Judges one document by the n-grams that it has in common with evaluation sets. Pieces are counted
 * after those that are too short have been dropped, as NeMo-Curator does.
 *
 * @param ngrams without those that are common phrases
 */
record Decontaminator(EvaluationNgrams ngrams, DecontaminateConfig config) {

  /** What becomes of a document. */
  sealed interface Verdict {}

  /** It stays as it is. */
  record Clean() implements Verdict {}

  /** It is removed. */
  record Contaminated(String reason) implements Verdict {}

  /** These pieces of it stay, at least one. */
  record Cut(List<String> pieces) implements Verdict {}

  /** Characters from {@code start} up to {@code end}, by UTF-16 indices. */
  private record Span(int start, int end) {}

  Verdict judge(String text) {
    List<Span> found = new ArrayList<>();
    String reason = "";
    Ngrams scanned = new Ngrams(text, ngrams.sizes());
    while (scanned.next()) {
      int ngram = ngrams.find(scanned.hash());
      if (ngram >= 0) {
        Span span = new Span(scanned.start(), scanned.end());
        if (found.isEmpty()) {
          reason = reason(ngram, text.substring(span.start(), span.end()));
        }
        found.add(span);
      }
    }
    if (found.isEmpty()) {
      return new Clean();
    }
    return switch (config.action()) {
      case REJECT -> new Contaminated(reason);
      case CUT -> cut(text, found, reason);
    };
  }

  private String reason(int ngram, String words) {
    return "evaluation document " + ngrams.owner(ngram) + " has: " + words;
  }

  private Verdict cut(String text, List<Span> found, String reason) {
    List<String> pieces = new ArrayList<>();
    int end = 0;
    for (Span span : widened(text, found)) {
      addPiece(pieces, text.substring(end, Math.max(end, span.start())));
      end = Math.max(end, span.end());
    }
    addPiece(pieces, text.substring(end));
    if (pieces.isEmpty()) {
      return new Contaminated(
          "no piece of " + config.minPieceCharacters() + " characters is left; " + reason);
    }
    if (pieces.size() > config.maxPieces()) {
      return new Contaminated(pieces.size() + " pieces are left; " + reason);
    }
    return new Cut(pieces);
  }

  private void addPiece(List<String> pieces, String text) {
    String piece = text.strip();
    if (piece.codePointCount(0, piece.length()) >= config.minPieceCharacters()) {
      pieces.add(piece);
    }
  }

  /** With the characters on either side, and whole the words that these would cut in two. */
  private List<Span> widened(String text, List<Span> found) {
    WordBounds words = WordBounds.of(text);
    return found.stream()
        .sorted(Comparator.comparingInt(Span::start))
        .map(
            span ->
                new Span(
                    words.startAround(moved(text, span.start(), -config.cutCharacters())),
                    words.endAround(moved(text, span.end(), config.cutCharacters()))))
        .toList();
  }

  private static int moved(String text, int index, int numCharacters) {
    int step = Integer.signum(numCharacters);
    int moved = index;
    for (int i = 0; i != numCharacters && moved != (step < 0 ? 0 : text.length()); i += step) {
      moved = text.offsetByCodePoints(moved, step);
    }
    return moved;
  }
}
