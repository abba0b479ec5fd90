package dev.kindling.data.words;

/** What of a word counts when it is compared with another one. */
public enum WordForm {
  /** All of its characters. */
  WRITTEN,

  /** Its letters in lower case and its digits; no marks and no punctuation in it. */
  LOWER_CASE,

  /**
   * The normal form of datatrove: in lower case, every number as 0, without punctuation, and
   * without accents (the non-spacing marks of NFD).
   */
  FOLDED
}
