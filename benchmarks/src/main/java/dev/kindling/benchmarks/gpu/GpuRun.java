package dev.kindling.benchmarks.gpu;

import dev.kindling.model.train.Precision;
import java.time.Duration;

/**
 * How everything is measured.
 *
 * @param backend Kindling's, by name
 * @param precision what matmuls multiply
 * @param numSteps repetitions that are timed
 * @param matmulSize rows and columns of the matrices that the limit is measured with
 * @param limit the most time of one process
 */
public record GpuRun(
    String backend, Precision precision, int numSteps, int matmulSize, Duration limit) {}
