package dev.kindling.data.shard;

/**
 * How documents become token shards.
 *
 * @param validation which part is held out
 * @param shardTokens the most tokens in one shard
 */
public record TokenizeConfig(Validation validation, long shardTokens) {
  /**
   * The held-out part.
   *
   * @param by {@code document}: whole documents, chosen by the hash of their text; {@code tail}:
   *     the last part of every document
   * @param fraction of the documents or characters
   */
  public record Validation(String by, double fraction) {}
}
