package dev.kindling.benchmarks.gpu;

/**
 * What one engine needed for one task.
 *
 * @param task {@link GpuTask#name()}
 * @param batch the sequences of its batch
 * @param seconds the median of its repetitions
 * @param deviceBytes the GPU's memory in use after the last one, by whomever; 0 if not known
 * @param loss of the last one, nats per token
 */
public record GpuMeasurement(
    String task, int batch, double seconds, long deviceBytes, double loss) {
  /** Tokens of the batch in a second. */
  double tokensPerSecond() {
    return GpuTask.named(task).withBatch(batch).model().numTokens() / seconds;
  }

  /** Floating-point operations of the model in a second. */
  double flopsPerSecond() {
    return GpuTask.named(task).withBatch(batch).flops() / seconds;
  }
}
