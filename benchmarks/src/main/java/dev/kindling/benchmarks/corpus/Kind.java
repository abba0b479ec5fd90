package dev.kindling.benchmarks.corpus;

/** What a document of the corpus is. */
enum Kind {
  /** A text of its own. */
  ORIGINAL,
  /** The text of an original again. */
  EXACT_DUPLICATE,
  /** The text of an original of which one word in a hundred is another one. */
  NEAR_DUPLICATE,
  /** A page of short lines that repeat, as menus are. */
  MENU,
  /** Something that is no record. */
  BROKEN;

  /** Draws a kind: 10 % and 10 % duplicates, 3 % menus, 0.5 % broken. */
  static Kind at(int permille) {
    if (permille < 100) {
      return EXACT_DUPLICATE;
    }
    if (permille < 200) {
      return NEAR_DUPLICATE;
    }
    if (permille < 230) {
      return MENU;
    }
    return permille < 235 ? BROKEN : ORIGINAL;
  }
}
