package dev.kindling.data.tokenizer;

/**
 * Removes spaces that English does not have before punctuation, in the way of Hugging Face's
 * WordPiece decoder: piece by piece, each with the space before it.
 */
final class WordPieceCleanup {
  private static final String[][] REPLACEMENTS = {
    {" .", "."},
    {" ?", "?"},
    {" !", "!"},
    {" ,", ","},
    {" ' ", "'"},
    {" n't", "n't"},
    {" 'm", "'m"},
    {" do not", " don't"},
    {" 's", "'s"},
    {" 've", "'ve"},
    {" 're", "'re"}
  };

  private WordPieceCleanup() {}

  static String clean(String piece) {
    String cleaned = piece;
    for (String[] replacement : REPLACEMENTS) {
      cleaned = cleaned.replace(replacement[0], replacement[1]);
    }
    return cleaned;
  }
}
