package dev.kindling.data.clean;

import java.io.Serializable;
import java.util.Optional;

/** One reason to reject documents. Implementations are immutable and travel to executors. */
interface CleanRule extends Serializable {
  /** The name by which rejects are counted. */
  String name();

  /** What was measured of a document that is rejected, for a person; empty where it passes. */
  Optional<String> rejects(Measures measures);
}
