package dev.kindling.spark.train.dl4j;

import dev.kindling.model.batch.Batch;
import java.io.Serializable;

/** Where a worker's batches come from; sent to executors. */
@FunctionalInterface
public interface BatchSource extends Serializable {
  /** Opens the data in a task. */
  Reader open();

  /** Reads batches. */
  interface Reader extends AutoCloseable {
    /** The batch of the samples from number {@code firstSample} on. */
    Batch read(long firstSample);

    @Override
    void close();
  }
}
