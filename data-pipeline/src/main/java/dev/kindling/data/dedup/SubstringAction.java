package dev.kindling.data.dedup;

/** What becomes of repeated substrings. */
public enum SubstringAction {
  /** They stay, and are not looked for. */
  KEEP,

  /** All but the first are removed. */
  REMOVE,

  /** All but the first are replaced by a mask. */
  MASK
}
