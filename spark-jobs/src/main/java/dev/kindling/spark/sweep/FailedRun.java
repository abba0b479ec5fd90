package dev.kindling.spark.sweep;

/**
 * A run that did not come to its end; the same sweep again tries it again.
 *
 * @param run its number
 * @param directory relative to the sweep's
 * @param settings what it sets differently
 * @param reason in one line
 */
public record FailedRun(int run, String directory, String settings, String reason) {}
