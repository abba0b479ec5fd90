package dev.kindling.spark.sweep.fit;

/**
 * Where the truth lies with the confidence of {@link Bootstrap#CONFIDENCE}.
 *
 * @param low end
 * @param high end
 * @param numResamples whose fits gave a value
 */
public record Interval(double low, double high, int numResamples) {}
