package dev.kindling.spark.train;

import java.io.Serializable;

/**
 * What one rank adds to one shard at the end of a round: of the elements that its part speaks for,
 * those in the shard, in their order in the whole.
 *
 * @param rankInReplica which of the replica's ranks
 * @param values little-endian F32
 */
record PartContribution(int rankInReplica, Contribution values) implements Serializable {}
