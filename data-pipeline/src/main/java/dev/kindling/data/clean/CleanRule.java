package dev.kindling.data.clean;

import java.io.Serializable;

/** One reason to reject documents. Implementations are immutable and travel to executors. */
interface CleanRule extends Serializable {
  /** The name by which rejects are counted. */
  String name();

  /** Whether a document is rejected. */
  boolean rejects(Measures measures);

  /** What was measured of a document that is rejected, for a person. */
  String reason(Measures measures);
}
