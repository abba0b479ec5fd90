package dev.kindling.spark.train;

import dev.kindling.data.shard.TokenDocuments;
import dev.kindling.data.shard.TokenSet;
import dev.kindling.model.objective.OtherDocument;
import dev.kindling.model.random.RandomStream;

/**
 * Tokens of a random document of the split. All documents but the sample's own are equally likely,
 * and so are the places within one; where sentences are kept, from the beginning of the one there.
 *
 * @param tokens the split, of two documents or more
 * @param own the number of the sample's own document
 */
record RandomDocument(TokenSet tokens, long own) implements OtherDocument {
  @Override
  public int[] tokens(RandomStream random, int maxLength) {
    TokenDocuments documents = tokens.documents();
    TokenDocuments.Span document = other(documents, random);
    int length = (int) Math.min(maxLength, document.length());
    long room = document.length() - length + 1;
    long start = sentence(document, document.start() + (long) (random.nextDouble() * room));
    int[] read = new int[length];
    tokens.read(start, read, 0, length);
    return read;
  }

  /** The beginning of the sentence that a place is in; the place itself where none are kept. */
  private long sentence(TokenDocuments.Span document, long place) {
    if (!tokens.keepsSentences()) {
      return place;
    }
    int[] ends = tokens.documents().sequenceEnds(document.start(), place);
    return ends.length == 0 ? document.start() : document.start() + ends[ends.length - 1];
  }

  /** Walks on over documents without tokens, which few are. */
  private TokenDocuments.Span other(TokenDocuments documents, RandomStream random) {
    long numOthers = documents.size() - 1;
    long chosen = (long) (random.nextDouble() * numOthers);
    for (long i = 0; i < numOthers; i++) {
      long number = (chosen + i) % numOthers;
      TokenDocuments.Span document = documents.get(number < own ? number : number + 1);
      if (document.length() > 0) {
        return document;
      }
    }
    throw new IllegalStateException("all documents of the split but number " + own + " are empty");
  }
}
