package dev.kindling.spark.sweep.fit;

/**
 * What the columns of a table of runs are called.
 *
 * @param parameters column of N
 * @param tokens column of D
 * @param loss column of L
 */
public record RunColumns(String parameters, String tokens, String loss) {}
