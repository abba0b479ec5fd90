package dev.kindling.spark.sweep.cluster;

/**
 * A power in the law, as far as the runs tell it.
 *
 * @param value the estimate; null where the runs do not tell it
 * @param low end of the interval; null where there are no more runs than unknowns
 * @param high its other end
 * @param reason why something is missing; empty if nothing is
 */
public record Exponent(Double value, Double low, Double high, String reason) {}
