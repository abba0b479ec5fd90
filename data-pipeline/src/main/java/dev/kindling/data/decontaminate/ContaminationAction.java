package dev.kindling.data.decontaminate;

/** What becomes of a document that has text of an evaluation set. */
public enum ContaminationAction {
  /** It is removed. */
  REJECT,

  /** The text is cut out with what stands around it, and the pieces stay. */
  CUT
}
