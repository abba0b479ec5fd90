package dev.kindling.data.signal;

/** Counts of characters by class. */
final class CharacterSignals {
  private int characters;
  private int bytes;
  private int digits;
  private int upperCase;
  private int spaces;
  private int letters;
  private int cjk;
  private int han;

  private CharacterSignals(String text) {
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      add(c);
      i += Character.charCount(c);
    }
  }

  static void compute(String text, SignalValues values) {
    new CharacterSignals(text).set(values);
  }

  private void add(int c) {
    characters++;
    bytes += utf8Length(c);
    if (Characters.isSpace(c)) {
      spaces++;
    } else if (Character.isDigit(c)) {
      digits++;
    } else if (Character.isLetterOrDigit(c)) {
      letters++;
      upperCase += Character.isUpperCase(c) || Character.isTitleCase(c) ? 1 : 0;
    }
    cjk += Characters.isCjk(c) ? 1 : 0;
    han += Characters.isHan(c) ? 1 : 0;
  }

  private static int utf8Length(int c) {
    if (c < 0x80) {
      return 1;
    }
    return c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  }

  private void set(SignalValues values) {
    values.set(Signal.CHARACTERS, characters);
    values.set(Signal.UTF8_BYTES, bytes);
    values.setRatio(Signal.DIGIT_FRACTION, digits, characters);
    values.setRatio(Signal.UPPERCASE_FRACTION, upperCase, characters);
    values.setRatio(Signal.WHITESPACE_FRACTION, spaces, characters);
    values.setRatio(
        Signal.NON_ALPHANUMERIC_FRACTION, characters - spaces - digits - letters, characters);
    values.setRatio(Signal.CJK_FRACTION, cjk, characters - spaces);
    values.setRatio(Signal.HAN_FRACTION, han, characters - spaces);
  }
}
