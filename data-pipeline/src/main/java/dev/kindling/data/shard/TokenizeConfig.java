package dev.kindling.data.shard;

/**
 * How documents become token shards.
 *
 * @param validation which part is held out
 * @param shardTokens the most tokens in one shard, before sequences are filled up
 * @param packedLength 0: training documents follow each other; otherwise they are packed into
 *     sequences of so many tokens, of which no document is cut that fits into one
 * @param sentences whether a document is a list of sequences, one for each sentence
 */
public record TokenizeConfig(
    Validation validation, long shardTokens, int packedLength, boolean sentences) {
  /**
   * The held-out part.
   *
   * @param by {@code document}: whole documents, chosen by the hash of their text; {@code tail}:
   *     the last part of every document
   * @param fraction of the documents or characters
   */
  public record Validation(String by, double fraction) {}
}
