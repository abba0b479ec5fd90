package dev.kindling.data.clean;

import dev.kindling.data.Document;
import java.io.Serializable;

/** Changes documents one by one. Implementations are immutable and travel to executors. */
@FunctionalInterface
public interface DocumentRewriter extends Serializable {
  /** The document as it should be; the same one where nothing is to be done. */
  Document apply(Document document);
}
