package dev.kindling.data.extract;

import dev.kindling.data.extract.PersonalData.Replacement;

/**
 * Replaces the numbers of payment cards: 13 to 19 digits, together or in groups of at least three
 * with the same space or hyphen between all of them, that begin as an issuer of cards does and
 * whose last digit is the check digit of Luhn (ISO/IEC 7812-1). Of other numbers one in ten passes
 * the check digit, which is why the beginnings count too; times in milliseconds begin otherwise.
 */
final class CardNumbers {
  private static final int MIN_DIGITS = 13;
  private static final int MAX_DIGITS = 19;
  private static final int MIN_GROUP = 3;

  private CardNumbers() {}

  static Replacement mask(String text) {
    StringBuilder masked = new StringBuilder(text.length());
    int copied = 0;
    int count = 0;
    int i = 0;
    while (i < text.length()) {
      if (!isDigit(text, i)) {
        i++;
        continue;
      }
      int end = startsNumber(text, i) ? endOfCard(text, i) : i;
      if (end > i) {
        masked.append(text, copied, i).append(PersonalData.CARD);
        copied = end;
        count++;
        i = end;
      } else {
        i = endOfDigits(text, i);
      }
    }
    return count == 0
        ? new Replacement(text, 0)
        : new Replacement(masked.append(text, copied, text.length()).toString(), count);
  }

  /** The end of a card number that starts here, the longest if there are several; or the start. */
  private static int endOfCard(String text, int start) {
    StringBuilder digits = new StringBuilder(MAX_DIGITS);
    int best = start;
    int groupStart = start;
    char separator = 0;
    while (true) {
      int groupEnd = endOfDigits(text, groupStart);
      boolean fits = digits.length() + groupEnd - groupStart <= MAX_DIGITS;
      if (groupEnd - groupStart < MIN_GROUP || !fits) {
        return best;
      }
      digits.append(text, groupStart, groupEnd);
      if (isCard(digits) && endsNumber(text, groupEnd)) {
        best = groupEnd;
      }
      if (!isSeparator(text, groupEnd) || !isDigit(text, groupEnd + 1)) {
        return best;
      }
      if (separator != 0 && text.charAt(groupEnd) != separator) {
        return best;
      }
      separator = text.charAt(groupEnd);
      groupStart = groupEnd + 1;
    }
  }

  private static boolean isCard(CharSequence digits) {
    return digits.length() >= MIN_DIGITS && isOfIssuer(digits) && isLuhn(digits);
  }

  /** Visa, Mastercard, Maestro, American Express, Diners, JCB, Discover and UnionPay. */
  private static boolean isOfIssuer(CharSequence digits) {
    int four = Integer.parseInt(digits, 0, 4, 10);
    int two = four / 100;
    return switch (four / 1000) {
      case 2 -> four >= 2221 && four <= 2720;
      case 3 -> two == 30 || two >= 34;
      case 4, 6 -> true;
      case 5 -> two <= 58;
      default -> false;
    };
  }

  /** Whether the digits add up to a multiple of ten, every second from the right doubled. */
  static boolean isLuhn(CharSequence digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      int doubled = 2 * digit;
      sum += i % 2 == 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
    }
    return sum % 10 == 0;
  }

  private static boolean startsNumber(String text, int start) {
    return start == 0 || !isAsciiWordOrDot(text.charAt(start - 1));
  }

  private static boolean endsNumber(String text, int end) {
    boolean fraction = end + 1 < text.length() && text.charAt(end) == '.' && isDigit(text, end + 1);
    boolean word =
        end < text.length() && text.charAt(end) != '.' && isAsciiWordOrDot(text.charAt(end));
    return !fraction && !word;
  }

  private static boolean isAsciiWordOrDot(char c) {
    return (c >= '0' && c <= '9')
        || (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '_'
        || c == '.';
  }

  private static boolean isSeparator(String text, int index) {
    return index < text.length() && (text.charAt(index) == ' ' || text.charAt(index) == '-');
  }

  private static int endOfDigits(String text, int start) {
    int end = start;
    while (isDigit(text, end)) {
      end++;
    }
    return end;
  }

  private static boolean isDigit(String text, int index) {
    return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
  }
}
