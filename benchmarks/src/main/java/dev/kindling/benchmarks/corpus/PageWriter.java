package dev.kindling.benchmarks.corpus;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Writes documents as lines of JSON: a title, paragraphs of sentences, here and there a list, and
 * the footer of a site. Not thread-safe; the lexicons may be shared.
 */
final class PageWriter {
  private static final int TEXT = 3;
  private static final int EDITS = 4;
  private static final int BREAKS = 5;
  private static final double MEAN_LOG_WORDS = Math.log(380);
  private static final double DEVIATION_LOG_WORDS = 0.9;
  private static final int FEWEST_WORDS = 25;
  private static final int MOST_WORDS = 8000;
  private static final int NUM_SITES = 500;
  private static final byte[] LINE_FEED = ascii("\\n");

  private final CorpusRecipe recipe;
  private final Map<Language, Lexicon> lexicons;
  private byte[] bytes = new byte[1 << 16];
  private int length;
  private Lexicon lexicon;
  private SplittableRandom random;

  /** Where words come from that a near-duplicate has in place of others; null for all others. */
  private SplittableRandom edits;

  PageWriter(CorpusRecipe recipe, Map<Language, Lexicon> lexicons) {
    this.recipe = recipe;
    this.lexicons = lexicons;
  }

  /** The lexicons of all languages. */
  static Map<Language, Lexicon> lexicons() {
    Map<Language, Lexicon> lexicons = new EnumMap<>(Language.class);
    for (Language language : Language.values()) {
      lexicons.put(language, new Lexicon(language));
    }
    return lexicons;
  }

  /** One document with its line feed. */
  byte[] line(long document) {
    length = 0;
    Kind kind = recipe.kind(document);
    append(ascii("{\"id\":\"page-" + document + "\",\"text\":\""));
    switch (kind) {
      case ORIGINAL, BROKEN -> page(document);
      case EXACT_DUPLICATE -> page(recipe.source(document));
      case NEAR_DUPLICATE -> {
        edits = recipe.random(document, EDITS);
        page(recipe.source(document));
        edits = null;
      }
      case MENU -> menu(document);
    }
    append(ascii("\"}"));
    if (kind == Kind.BROKEN) {
      damage(document);
    }
    append('\n');
    return Arrays.copyOf(bytes, length);
  }

  private void page(long document) {
    begin(document);
    int numWords =
        (int)
            Math.min(
                MOST_WORDS,
                FEWEST_WORDS
                    + Math.exp(MEAN_LOG_WORDS + DEVIATION_LOG_WORDS * random.nextGaussian()));
    words(4 + random.nextInt(5));
    int written = 0;
    while (written < numWords) {
      append(LINE_FEED);
      if (random.nextInt(12) == 0) {
        written += list();
      } else {
        append(LINE_FEED);
        written += paragraph();
      }
    }
    append(LINE_FEED);
    footer(random.nextInt(NUM_SITES));
  }

  /** Few entries, over and over. */
  private void menu(long document) {
    begin(document);
    byte[][] entries = new byte[3 + random.nextInt(5)][];
    Arrays.setAll(entries, i -> lexicon.next(random));
    for (int i = 30 + random.nextInt(100); i > 0; i--) {
      append(entries[random.nextInt(entries.length)]);
      append(LINE_FEED);
    }
  }

  private void begin(long document) {
    random = recipe.random(document, TEXT);
    lexicon = lexicons.get(Language.at(random.nextInt(100)));
  }

  private int paragraph() {
    int numWords = 0;
    for (int i = 2 + random.nextInt(6); i > 0; i--) {
      int inSentence = 5 + random.nextInt(22);
      words(inSentence);
      append(end());
      numWords += inSentence;
      if (i > 1 && !lexicon.language().isUnspaced()) {
        append(' ');
      }
    }
    return numWords;
  }

  private byte[] end() {
    boolean unspaced = lexicon.language().isUnspaced();
    return switch (random.nextInt(20)) {
      case 0 -> utf8(unspaced ? "？" : "?");
      case 1 -> utf8(unspaced ? "！" : "!");
      default -> utf8(unspaced ? "。" : ".");
    };
  }

  private int list() {
    int numWords = 0;
    for (int i = 3 + random.nextInt(5); i > 0; i--) {
      append(ascii("- "));
      int inEntry = 2 + random.nextInt(6);
      words(inEntry);
      append(LINE_FEED);
      numWords += inEntry;
    }
    return numWords;
  }

  /** The same line on every page of a site. */
  private void footer(int site) {
    append(ascii("Copyright " + (1995 + site % 30) + " site-" + site + ".example, all rights."));
  }

  /** Words of one sentence, the first one capitalised, with commas and numbers. */
  private void words(int number) {
    boolean unspaced = lexicon.language().isUnspaced();
    for (int i = 0; i < number; i++) {
      int dice = random.nextInt(100);
      byte[] word = lexicon.next(random);
      if (edits != null && edits.nextInt(100) == 0) {
        word = lexicon.next(edits);
      }
      int at = length;
      append(dice == 0 ? ascii(Integer.toString(random.nextInt(3000))) : word);
      if (i == 0 && bytes[at] >= 'a' && bytes[at] <= 'z') {
        bytes[at] = (byte) (bytes[at] - 'a' + 'A');
      }
      if (i + 1 < number && dice > 92) {
        append(unspaced ? utf8("，") : ascii(","));
      }
      if (i + 1 < number && !unspaced) {
        append(' ');
      }
    }
  }

  /** Cuts the record off, or breaks its encoding. */
  private void damage(long document) {
    SplittableRandom breaks = recipe.random(document, BREAKS);
    if (breaks.nextBoolean()) {
      length -= 2;
    } else {
      bytes[length - 3] = (byte) 0xFF;
    }
  }

  private void append(byte[] more) {
    reserve(more.length);
    System.arraycopy(more, 0, bytes, length, more.length);
    length += more.length;
  }

  private void append(char ascii) {
    reserve(1);
    bytes[length++] = (byte) ascii;
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
