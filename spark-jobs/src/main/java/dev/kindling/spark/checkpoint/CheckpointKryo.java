package dev.kindling.spark.checkpoint;

import java.util.List;

/** What this package sends between executors and driver. */
public final class CheckpointKryo {
  private CheckpointKryo() {}

  /** The record types that Kryo has to know. */
  public static List<Class<? extends Record>> types() {
    return List.of(WrittenFile.class, FileVerifier.Finding.class);
  }
}
