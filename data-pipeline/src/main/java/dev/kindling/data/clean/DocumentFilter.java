package dev.kindling.data.clean;

import dev.kindling.data.Document;
import java.io.Serializable;

/** Judges documents one by one. Implementations are immutable and travel to executors. */
@FunctionalInterface
public interface DocumentFilter extends Serializable {
  /** Whether the document stays, or why not. */
  FilterDecision test(Document document);
}
