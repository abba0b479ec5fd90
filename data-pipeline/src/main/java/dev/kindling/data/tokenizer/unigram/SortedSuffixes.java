package dev.kindling.data.tokenizer.unigram;

/**
 * The places in the text of words where a substring may start, in the order of what follows there:
 * a suffix array, but sorted only as far as a piece reaches. All occurrences of a substring are
 * neighbours in it.
 */
final class SortedSuffixes {
  /** The longest piece, in UTF-16 characters. */
  static final int MAX_PIECE_CHARACTERS = 16;

  private static final int END_OF_WORD = -1;

  private final TrainingWords words;
  private final char[] text;

  /** How many characters may be taken from each place: to the end of the word or the limit. */
  private final byte[] reach;

  private final int[] positions;
  private final int numPositions;

  /** Receives substrings. */
  @FunctionalInterface
  interface SubstringVisitor {
    /**
     * Called once for every substring that is not always followed by the same character.
     *
     * @param position where it occurs in the text of the words
     * @param length its characters
     * @param count how often it occurs, in all words with their counts
     */
    void visit(int position, int length, long count);
  }

  /** Sorts the suffixes of {@code words}. */
  SortedSuffixes(TrainingWords words) {
    this.words = words;
    this.text = words.text();
    this.reach = new byte[text.length];
    this.positions = new int[text.length];
    int numStarts = 0;
    for (int word = 0; word < words.size(); word++) {
      int end = words.end(word);
      for (int i = words.start(word); i < end; i += Character.isHighSurrogate(text[i]) ? 2 : 1) {
        int length = Math.min(end - i, MAX_PIECE_CHARACTERS);
        reach[i] = (byte) wholeCodePoints(i, length);
        positions[numStarts++] = i;
      }
    }
    this.numPositions = numStarts;
    sort(0, numStarts, 0);
  }

  /**
   * Visits the inner nodes and the leaves of the suffix tree, every node after its children, with a
   * stack of the nodes that the last suffix lies under.
   */
  void forEachSubstring(SubstringVisitor visitor) {
    int[] depth = new int[MAX_PIECE_CHARACTERS + 1];
    long[] count = new long[MAX_PIECE_CHARACTERS + 1];
    int top = 0;
    for (int i = 0; i <= numPositions; i++) {
      int common = i == 0 || i == numPositions ? 0 : common(positions[i - 1], positions[i]);
      while (depth[top] > common) {
        visitor.visit(positions[i - 1], depth[top], count[top]);
        long closed = count[top--];
        if (depth[top] < common) {
          depth[++top] = common;
          count[top] = 0;
        }
        count[top] += closed;
      }
      if (i < numPositions) {
        long occurrences = words.countAt(positions[i]);
        if (reach[positions[i]] > common) {
          depth[++top] = reach[positions[i]];
          count[top] = 0;
        }
        count[top] += occurrences;
      }
    }
  }

  /** The length of the common beginning of two suffixes. */
  private int common(int first, int second) {
    int limit = Math.min(reach[first], reach[second]);
    int length = 0;
    while (length < limit && text[first + length] == text[second + length]) {
      length++;
    }
    return wholeCodePoints(first, length);
  }

  /** The length without the first half of a surrogate pair at the end. */
  private int wholeCodePoints(int position, int length) {
    boolean cutsPair = length > 0 && Character.isHighSurrogate(text[position + length - 1]);
    return cutsPair ? length - 1 : length;
  }

  /**
   * Three-way radix quicksort (Bentley and Sedgewick 1997) of suffixes that agree in their first
   * {@code depth} characters.
   */
  private void sort(int from, int to, int depth) {
    int low = from;
    int high = to;
    while (high - low > 1) {
      int pivot = medianCharacter(low, high, depth);
      int less = low;
      int greater = high;
      for (int i = low; i < greater; ) {
        int character = characterAt(positions[i], depth);
        if (character < pivot) {
          swap(less++, i++);
        } else if (character > pivot) {
          swap(i, --greater);
        } else {
          i++;
        }
      }
      if (pivot != END_OF_WORD) {
        sort(less, greater, depth + 1);
      }
      // The smaller side by recursion and the larger in the loop keep the stack flat.
      if (less - low < high - greater) {
        sort(low, less, depth);
        low = greater;
      } else {
        sort(greater, high, depth);
        high = less;
      }
    }
  }

  private int medianCharacter(int low, int high, int depth) {
    int a = characterAt(positions[low], depth);
    int b = characterAt(positions[(low + high) >>> 1], depth);
    int c = characterAt(positions[high - 1], depth);
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  private int characterAt(int position, int depth) {
    return depth < reach[position] ? text[position + depth] : END_OF_WORD;
  }

  private void swap(int i, int j) {
    int position = positions[i];
    positions[i] = positions[j];
    positions[j] = position;
  }
}
