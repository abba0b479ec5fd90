package dev.kindling.data.tokenizer;

import dev.kindling.data.IntList;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Byte-level byte-pair encoding as in GPT-2 (Radford et al. 2019): text is cut into words by {@link
 * PreTokenizer}, each word becomes its UTF-8 bytes, and learned merges join them. It encodes any
 * text, and {@code decode(encode(text))} is the text again.
 */
public final class ByteLevelBpe implements Tokenizer {
  private static final long serialVersionUID = 1L;

  private static final int CACHE_SLOTS = 1 << 15;
  private static final int MAX_CACHED_CHARACTERS = 48;

  private final transient byte[][] tokens;
  private final transient int[] idOfByte;
  private final transient Merges merges;
  private final transient NavigableMap<Integer, String> specialTokens;

  /**
   * Words met before, one per slot. A slot is read and replaced without a lock: its entry is
   * immutable, so that the worst a race can do is to merge a word twice.
   */
  private final transient CachedWord[] cache = new CachedWord[CACHE_SLOTS];

  /** A word and its ids, neither of them ever changed. */
  private static final class CachedWord {
    private final char[] word;
    private final int[] ids;

    CachedWord(char[] word, int[] ids) {
      this.word = word;
      this.ids = ids;
    }
  }

  /**
   * @param tokens the bytes of each id, null for special tokens; every single byte has an id
   * @param merges the merges by rank
   * @param specialTokens the content of special tokens by id
   */
  ByteLevelBpe(byte[][] tokens, Merges merges, Map<Integer, String> specialTokens) {
    this.tokens = tokens.clone();
    this.merges = merges;
    this.specialTokens = Collections.unmodifiableNavigableMap(new TreeMap<>(specialTokens));
    this.idOfByte = new int[ByteAlphabet.SIZE];
    Arrays.fill(idOfByte, -1);
    for (int id = 0; id < tokens.length; id++) {
      if (tokens[id] != null && tokens[id].length == 1) {
        idOfByte[Byte.toUnsignedInt(tokens[id][0])] = id;
      }
    }
    if (Arrays.stream(idOfByte).anyMatch(id -> id < 0)) {
      throw new IllegalArgumentException("every one of the 256 bytes needs an id");
    }
  }

  @Override
  public int vocabSize() {
    return tokens.length;
  }

  @Override
  public OptionalInt endOfTextId() {
    return specialTokens.entrySet().stream()
        .filter(token -> token.getValue().equals(END_OF_TEXT))
        .mapToInt(Map.Entry::getKey)
        .findFirst();
  }

  @Override
  public int[] encode(String text) {
    char[] characters = text.toCharArray();
    IntList ids = new IntList(characters.length / 3);
    BytePairMerger merger = new BytePairMerger(merges);
    int end;
    for (int start = 0; start < characters.length; start = end) {
      end = PreTokenizer.wordEnd(characters, start, characters.length);
      ids.addAll(encodeWord(characters, start, end, merger));
    }
    return ids.toArray();
  }

  @Override
  public String decode(int[] ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(ids.length * 4);
    for (int id : ids) {
      byte[] token = tokens[checkId(id)];
      if (token != null) {
        bytes.writeBytes(token);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** The bytes of each id, null for special tokens. */
  byte[][] tokens() {
    return tokens;
  }

  Merges merges() {
    return merges;
  }

  NavigableMap<Integer, String> specialTokens() {
    return specialTokens;
  }

  private int[] encodeWord(char[] text, int start, int end, BytePairMerger merger) {
    if (end - start > MAX_CACHED_CHARACTERS) {
      return mergeWord(text, start, end, merger);
    }
    int slot = slot(text, start, end);
    CachedWord cached = cache[slot];
    if (cached != null && Arrays.equals(cached.word, 0, cached.word.length, text, start, end)) {
      return cached.ids;
    }
    int[] ids = mergeWord(text, start, end, merger);
    cache[slot] = new CachedWord(Arrays.copyOfRange(text, start, end), ids);
    return ids;
  }

  private int[] mergeWord(char[] text, int start, int end, BytePairMerger merger) {
    byte[] bytes = Utf8.encode(text, start, end);
    int[] ids = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      ids[i] = idOfByte[Byte.toUnsignedInt(bytes[i])];
    }
    return merger.merge(ids);
  }

  private static int slot(char[] text, int start, int end) {
    int hash = 0;
    for (int i = start; i < end; i++) {
      hash = 31 * hash + text[i];
    }
    return (hash * 0x9E3779B9) >>> (Integer.SIZE - Integer.numberOfTrailingZeros(CACHE_SLOTS));
  }

  private int checkId(int id) {
    if (id < 0 || id >= tokens.length) {
      throw new IllegalArgumentException(
          "id " + id + " is not in a vocabulary of " + tokens.length + " ids");
    }
    return id;
  }

  private Object writeReplace() {
    return new SerializedTokenizer(TokenizerFile.toJson(this));
  }
}
