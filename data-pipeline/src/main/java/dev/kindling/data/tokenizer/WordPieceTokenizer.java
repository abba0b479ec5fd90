package dev.kindling.data.tokenizer;

import dev.kindling.data.IntList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * WordPiece as in BERT (Devlin et al. 2019): {@link BertNormalizer} and {@link BertWords} make
 * words of the text, and each word is cut from the left into the longest pieces that the vocabulary
 * has, where {@code ##} marks a piece that continues a word. A word that cannot be cut this way, or
 * has more than {@value #MAX_WORD_CODE_POINTS} characters, is {@value #UNKNOWN}.
 *
 * <p>{@value #SEPARATOR} ends a document. Neither it nor {@value #CLASSIFICATION} is added by
 * {@link #encode}: whoever assembles samples adds them.
 */
public final class WordPieceTokenizer implements Tokenizer {
  /** The special token that fills a batch. */
  public static final String PADDING = "[PAD]";

  /** The special token that stands for words that the vocabulary cannot make. */
  public static final String UNKNOWN = "[UNK]";

  /** The special token that begins a sample. */
  public static final String CLASSIFICATION = "[CLS]";

  /** The special token that ends a document. */
  public static final String SEPARATOR = "[SEP]";

  /** The special token that hides another. */
  public static final String MASK = "[MASK]";

  /** What marks a piece that continues a word. */
  static final String PREFIX = "##";

  /** A longer word is unknown. */
  static final int MAX_WORD_CODE_POINTS = 100;

  private static final long serialVersionUID = 1L;
  private static final int CACHE_SLOTS = 1 << 15;
  private static final int MAX_CACHED_CHARACTERS = 48;

  private final transient BertNormalizer normalizer;
  private final transient String[] pieces;
  private final transient PieceTrie trie;
  private final transient NavigableMap<Integer, String> specialTokens;
  private final transient int unknownId;
  private final transient int separatorId;

  /** Stretches without white space met before, one per slot, read and replaced without a lock. */
  private final transient CachedStretch[] cache = new CachedStretch[CACHE_SLOTS];

  /** A stretch of raw text and its ids, neither of them ever changed. */
  private static final class CachedStretch {
    private final char[] text;
    private final int[] ids;

    CachedStretch(char[] text, int[] ids) {
      this.text = text;
      this.ids = ids;
    }
  }

  /**
   * @param vocabulary all ids; its special tokens include {@value #UNKNOWN} and {@value #SEPARATOR}
   */
  WordPieceTokenizer(BertNormalizer normalizer, Vocabulary vocabulary) {
    this.normalizer = normalizer;
    this.specialTokens =
        Collections.unmodifiableNavigableMap(new TreeMap<>(vocabulary.specialTokens()));
    this.pieces = new String[vocabulary.size()];
    vocabulary.ids().forEach((piece, id) -> pieces[id] = piece);
    this.trie = new PieceTrie(vocabulary.ids(), PREFIX);
    this.unknownId = requireSpecial(UNKNOWN);
    this.separatorId = requireSpecial(SEPARATOR);
  }

  @Override
  public int vocabSize() {
    return pieces.length;
  }

  @Override
  public OptionalInt endOfTextId() {
    return OptionalInt.of(separatorId);
  }

  @Override
  public int[] encode(String text) {
    char[] characters = text.toCharArray();
    IntList ids = new IntList(characters.length / 3);
    int end;
    for (int start = 0; start < characters.length; start = end + 1) {
      end = start;
      while (end < characters.length && !separates(characters[end])) {
        end++;
      }
      if (end > start) {
        ids.addAll(encodeStretch(characters, start, end));
      }
    }
    return ids.toArray();
  }

  @Override
  public String decode(int[] ids) {
    StringBuilder text = new StringBuilder(ids.length * 5);
    boolean first = true;
    for (int id : ids) {
      if (id < 0 || id >= pieces.length) {
        throw new IllegalArgumentException(
            "id " + id + " is not in a vocabulary of " + pieces.length + " ids");
      }
      String piece = pieces[id];
      if (piece != null) {
        text.append(WordPieceCleanup.clean(first ? piece : joined(piece)));
        first = false;
      }
    }
    return text.toString();
  }

  BertNormalizer normalizer() {
    return normalizer;
  }

  /** The content of {@code id}, special or not. */
  String contentOf(int id) {
    return pieces[id] == null ? specialTokens.get(id) : pieces[id];
  }

  NavigableMap<Integer, String> specialTokens() {
    return specialTokens;
  }

  /** These are white space under every setting, so that no normalization reaches across them. */
  private static boolean separates(char character) {
    return character == ' ' || character == '\n' || character == '\t' || character == '\r';
  }

  private int[] encodeStretch(char[] text, int start, int end) {
    if (end - start > MAX_CACHED_CHARACTERS) {
      return encodeWords(text, start, end);
    }
    int slot = slot(text, start, end);
    CachedStretch cached = cache[slot];
    if (cached != null && Arrays.equals(cached.text, 0, cached.text.length, text, start, end)) {
      return cached.ids;
    }
    int[] ids = encodeWords(text, start, end);
    cache[slot] = new CachedStretch(Arrays.copyOfRange(text, start, end), ids);
    return ids;
  }

  private int[] encodeWords(char[] text, int start, int end) {
    char[] normalized = normalizer.normalize(text, start, end);
    IntList ids = new IntList(normalized.length / 3);
    for (BertWords words = new BertWords(normalized); words.hasNext(); words.advance()) {
      ids.addAll(encodeWord(normalized, words.start(), words.end()));
    }
    return ids.toArray();
  }

  private int[] encodeWord(char[] text, int start, int end) {
    boolean tooLong =
        end - start > MAX_WORD_CODE_POINTS
            && Character.codePointCount(text, start, end - start) > MAX_WORD_CODE_POINTS;
    IntList ids = new IntList(4);
    for (int i = start; i < end && !tooLong; ) {
      int node = i == start ? PieceTrie.WORD_START : PieceTrie.CONTINUATION;
      int id = PieceTrie.NONE;
      int pieceEnd = i;
      for (int j = i; j < end; j++) {
        node = trie.next(node, text[j]);
        if (node == PieceTrie.NONE) {
          break;
        }
        if (trie.id(node) != PieceTrie.NONE) {
          id = trie.id(node);
          pieceEnd = j + 1;
        }
      }
      if (id == PieceTrie.NONE) {
        return new int[] {unknownId};
      }
      ids.add(id);
      i = pieceEnd;
    }
    return tooLong ? new int[] {unknownId} : ids.toArray();
  }

  private static String joined(String piece) {
    return piece.startsWith(PREFIX) ? piece.substring(PREFIX.length()) : " " + piece;
  }

  private static int slot(char[] text, int start, int end) {
    int hash = 0;
    for (int i = start; i < end; i++) {
      hash = 31 * hash + text[i];
    }
    return (hash * 0x9E3779B9) >>> (Integer.SIZE - Integer.numberOfTrailingZeros(CACHE_SLOTS));
  }

  private int requireSpecial(String content) {
    return specialTokens.entrySet().stream()
        .filter(token -> token.getValue().equals(content))
        .mapToInt(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no special token " + content));
  }

  private Object writeReplace() {
    return new SerializedTokenizer(TokenizerFile.toJson(this));
  }
}
