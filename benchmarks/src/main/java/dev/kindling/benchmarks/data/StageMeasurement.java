package dev.kindling.benchmarks.data;

/**
 * What one stage took.
 *
 * @param stage {@link DataStage#name()}
 * @param seconds from the start of its Spark application to its end
 * @param peakHeapBytes the most heap that an executor had in use, garbage included
 * @param peakLiveBytes the most heap that was in use right after a collection of an executor
 * @param shuffleBytes written to shuffles
 * @param spilledBytes written to disk because memory was short
 * @param outputBytes of the stage's directory
 */
public record StageMeasurement(
    String stage,
    double seconds,
    long peakHeapBytes,
    long peakLiveBytes,
    long shuffleBytes,
    long spilledBytes,
    long outputBytes) {}
