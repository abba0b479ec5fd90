package dev.kindling.benchmarks.generate;

/**
 * A row of the JSON file.
 *
 * @param configuration the model
 * @param engine {@code kindling-fp32} or {@code kindling-bf16}
 * @param batch sequences that grow at the same time
 * @param tokensPerSecond of all sequences together, with the cache of keys and values
 * @param fractionOfLimit of the steps per second that reading the weights once per step would allow
 * @param peakMemoryBytes the most memory the process had resident, Java and all
 */
public record GenerationMeasurement(
    String configuration,
    String engine,
    int batch,
    double tokensPerSecond,
    double fractionOfLimit,
    long peakMemoryBytes) {}
