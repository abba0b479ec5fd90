package dev.kindling.data.signal;

/** English contractions, split as in the Penn Treebank: {@code do|n't}, {@code we|'ll}. */
final class Contractions {
  private static final String[] ENDINGS = {"'s", "'d", "'m", "n't", "'ll", "'re", "'ve"};

  private Contractions() {}

  /** Where the contracted part of a word starts, or {@code end} where the word has none. */
  static int start(String text, int start, int end) {
    for (String ending : ENDINGS) {
      int at = end - ending.length();
      if (at > start && matches(text, at, ending)) {
        return at;
      }
    }
    return end;
  }

  private static boolean matches(String text, int at, String ending) {
    for (int i = 0; i < ending.length(); i++) {
      char c = text.charAt(at + i);
      char expected = ending.charAt(i);
      boolean apostrophe = expected == '\'' && (c == '\'' || c == '’');
      if (!apostrophe && c != expected && c != Character.toUpperCase(expected)) {
        return false;
      }
    }
    return true;
  }
}
