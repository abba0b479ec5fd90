package dev.kindling.spark.train;

import dev.kindling.data.shard.TokenDocuments;
import dev.kindling.data.shard.TokenSet;
import dev.kindling.model.objective.CausalLanguageModelling;
import dev.kindling.model.objective.Denoising;
import dev.kindling.model.objective.MaskedLanguageModelling;
import dev.kindling.model.objective.NextSentence;
import dev.kindling.model.objective.Objective;
import dev.kindling.model.objective.OtherDocument;
import dev.kindling.model.objective.RawSample;
import dev.kindling.model.random.NoiseKey;

/**
 * Cuts what an objective makes a sample of out of a split: a window of consecutive tokens, and of
 * that the longest part within one document where two segments of a text are to be told from other
 * pairs.
 */
final class RawWindows {
  private final TokenSet tokens;
  private final Objective objective;

  RawWindows(TokenSet tokens, Objective objective) {
    this.tokens = tokens;
    this.objective = objective;
  }

  /**
   * The distance from one window to the next. Those that predict every token but their first share
   * that one with the window before; others have nothing in common.
   */
  static int stride(Objective objective) {
    return objective instanceof CausalLanguageModelling
        ? objective.rawTokens() - 1
        : objective.rawTokens();
  }

  /** Whether samples are pairs of segments of one document. */
  private static boolean isOfOneDocument(Objective objective) {
    return objective instanceof MaskedLanguageModelling masked
        && masked.nextSentence() != NextSentence.NONE;
  }

  /**
   * Reads a sample.
   *
   * @param start of its window
   * @param noise what its noise is a function of
   */
  RawSample read(long start, NoiseKey noise) {
    if (!isOfOneDocument(objective)) {
      long end = start + objective.rawTokens();
      return new RawSample(noise, tokens(start, end), sentenceEnds(start, end), OtherDocument.NONE);
    }
    TokenDocuments.Span part = longestPart(start, start + objective.rawTokens());
    return new RawSample(
        noise,
        tokens(part.start(), part.end()),
        sentenceEnds(part.start(), part.end()),
        new RandomDocument(tokens, part.number()));
  }

  /** Only where they are kept, and somebody asks for them: indexes take memory. */
  private int[] sentenceEnds(long start, long end) {
    boolean used = isOfOneDocument(objective) || objective instanceof Denoising;
    return used && tokens.keepsSentences()
        ? tokens.documents().sequenceEnds(start, end)
        : new int[0];
  }

  /** The first of the longest parts of a window, with the number of its document. */
  private TokenDocuments.Span longestPart(long start, long end) {
    TokenDocuments documents = tokens.documents();
    TokenDocuments.Span document = documents.at(start);
    TokenDocuments.Span longest = within(document, start, end);
    while (document.end() < end) {
      document = documents.get(document.number() + 1);
      TokenDocuments.Span part = within(document, start, end);
      longest = part.length() > longest.length() ? part : longest;
    }
    // Two segments take two tokens, which documents of one token have not.
    return longest.length() > 1 ? longest : new TokenDocuments.Span(longest.number(), start, end);
  }

  private static TokenDocuments.Span within(TokenDocuments.Span document, long start, long end) {
    return new TokenDocuments.Span(
        document.number(), Math.max(start, document.start()), Math.min(end, document.end()));
  }

  private int[] tokens(long start, long end) {
    int[] window = new int[Math.toIntExact(end - start)];
    tokens.read(start, window, 0, window.length);
    return window;
  }
}
