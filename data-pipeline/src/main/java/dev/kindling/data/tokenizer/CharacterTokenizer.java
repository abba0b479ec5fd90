package dev.kindling.data.tokenizer;

import dev.kindling.data.InvalidInputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One id per code point. A character that is not in the vocabulary becomes {@code <unk>} where the
 * vocabulary has that entry, and is an error where it has not: a learned vocabulary has it exactly
 * when a minimum frequency above one was asked for, because only then can a character of the corpus
 * be missing.
 *
 * <p>{@code <unk>} decodes to the five characters of its name, so that it can be seen; special
 * tokens are left out.
 */
public final class CharacterTokenizer implements Tokenizer {
  /** The vocabulary entry that stands for characters that have none. */
  public static final String UNKNOWN = "<unk>";

  private static final long serialVersionUID = 1L;
  private static final int ABSENT = -1;

  private final transient int[] codePointOf;
  private final transient int[] idOf;
  private final transient int unknownId;
  private final transient SortedMap<Integer, String> specialTokens;

  /**
   * @param codePointOf the code point of each id; anything negative for the other entries
   * @param unknownId the id of {@link #UNKNOWN}, or -1 where there is none
   * @param specialTokens the content of special tokens by id
   */
  CharacterTokenizer(int[] codePointOf, int unknownId, Map<Integer, String> specialTokens) {
    this.codePointOf = codePointOf.clone();
    this.unknownId = unknownId;
    this.specialTokens = new TreeMap<>(specialTokens);
    int highest = Arrays.stream(codePointOf).max().orElse(0);
    idOf = new int[Math.max(highest, 0) + 1];
    Arrays.fill(idOf, ABSENT);
    for (int id = 0; id < codePointOf.length; id++) {
      if (codePointOf[id] >= 0) {
        idOf[codePointOf[id]] = id;
      }
    }
  }

  /**
   * The vocabulary of a corpus: its characters in ascending order, then {@link #UNKNOWN}, then
   * {@link #END_OF_TEXT}.
   *
   * @param codePoints the characters, without repetition
   */
  static CharacterTokenizer of(int[] codePoints, boolean unknown, boolean endOfText) {
    int numCharacters = codePoints.length;
    int vocabSize = numCharacters + (unknown ? 1 : 0) + (endOfText ? 1 : 0);
    int[] codePointOf = new int[vocabSize];
    Arrays.fill(codePointOf, ABSENT);
    System.arraycopy(codePoints, 0, codePointOf, 0, numCharacters);
    Arrays.sort(codePointOf, 0, numCharacters);
    return new CharacterTokenizer(
        codePointOf,
        unknown ? numCharacters : ABSENT,
        endOfText ? Map.of(vocabSize - 1, END_OF_TEXT) : Map.of());
  }

  @Override
  public int vocabSize() {
    return codePointOf.length;
  }

  @Override
  public OptionalInt endOfTextId() {
    return specialTokens.entrySet().stream()
        .filter(token -> token.getValue().equals(END_OF_TEXT))
        .mapToInt(Map.Entry::getKey)
        .findFirst();
  }

  /** The id that stands for every character without one, where the vocabulary has it. */
  public OptionalInt unknownId() {
    return unknownId == ABSENT ? OptionalInt.empty() : OptionalInt.of(unknownId);
  }

  @Override
  public int[] encode(String text) {
    char[] characters = text.toCharArray();
    int[] ids = new int[characters.length];
    int length = 0;
    for (int i = 0; i < characters.length; ) {
      int codePoint = Utf8.codePointAt(characters, i, characters.length);
      ids[length++] = idOf(codePoint, i);
      i += Character.charCount(codePoint);
    }
    return Arrays.copyOf(ids, length);
  }

  @Override
  public String decode(int[] ids) {
    StringBuilder text = new StringBuilder(ids.length);
    for (int id : ids) {
      if (id < 0 || id >= codePointOf.length) {
        throw new IllegalArgumentException(
            "id " + id + " is not in a vocabulary of " + codePointOf.length + " ids");
      }
      if (codePointOf[id] >= 0) {
        text.appendCodePoint(codePointOf[id]);
      } else if (id == unknownId) {
        text.append(UNKNOWN);
      }
    }
    return text.toString();
  }

  /** The code point of each id, negative for other entries. */
  int[] codePoints() {
    return codePointOf;
  }

  SortedMap<Integer, String> specialTokens() {
    return specialTokens;
  }

  private int idOf(int codePoint, int index) {
    int id = codePoint < idOf.length ? idOf[codePoint] : ABSENT;
    if (id != ABSENT) {
      return id;
    }
    if (unknownId != ABSENT) {
      return unknownId;
    }
    throw new InvalidInputException(
        String.format(
            Locale.ROOT,
            "the text has '%s' (U+%04X) at index %d, which the character vocabulary of %d ids lacks",
            Character.toString(codePoint),
            codePoint,
            index,
            codePointOf.length),
        "only characters of the text that the tokenizer was learned from",
        "learn the tokenizer from this text too, or with tokenizer.minFrequency=2, which gives"
            + " the vocabulary an entry for unknown characters");
  }

  private Object writeReplace() {
    return new SerializedTokenizer(TokenizerFile.toJson(this));
  }
}
