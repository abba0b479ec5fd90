package dev.kindling.spark.memory;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.backend.Backend;
import java.util.Locale;
import java.util.OptionalLong;

/** Compares what the tensors of a task need with what its GPU has left when the task begins. */
public final class GpuMemory {
  private GpuMemory() {}

  /**
   * Refuses a task whose tensors cannot fit; lets pass where the backend does not know.
   *
   * @param needed bytes that they take in any case
   * @param backend of the task, before it has allocated anything
   * @throws InvalidInputException saying what there is, and what to change
   */
  public static void require(long needed, Backend backend) {
    OptionalLong free = backend.memory().freeBytes();
    if (free.isPresent() && needed > free.getAsLong()) {
      throw new InvalidInputException(
          "the GPU of this task has "
              + gibibytes(free.getAsLong())
              + " of memory left, and the parameters, gradients, moments and activations of its"
              + " rank alone take "
              + gibibytes(needed),
          "a GPU with as much free memory, which nothing else uses",
          "set training.batchSize lower or parallel.microBatches higher,"
              + " training.activationCheckpointing=true or training.precision=bf16, spread the"
              + " model over more ranks (parallel.pipelineParallel, parallel.tensorParallel), or"
              + " end what else runs on the GPU (nvidia-smi shows it)");
    }
  }

  private static String gibibytes(long bytes) {
    return String.format(Locale.ROOT, "%.2f GiB", bytes / (double) (1L << 30));
  }
}
