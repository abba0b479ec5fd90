package dev.kindling.data.extract;

import dev.kindling.data.extract.PersonalData.Replacement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces telephone numbers in shapes that hardly anything else has:
 *
 * <ul>
 *   <li>international: a plus sign and 8 to 15 digits (ITU-T E.164), with single spaces, hyphens,
 *       dots, slashes or brackets between them;
 *   <li>North America: {@code (212) 555-0199}, {@code 212-555-0199}, {@code 212.555.0199}, with or
 *       without a 1 in front; area and exchange begin with 2 to 9;
 *   <li>China, mobile: 11 digits from 13 to 19, together or as {@code 138-0013-8000};
 *   <li>East Asia and others with hyphens: {@code 03-1234-5678}, {@code 010-12345678};
 *   <li>France: {@code 01 23 45 67 89}; Britain: {@code 020 7946 0958}, {@code 01632 960123},
 *       {@code 0161 496 0123}.
 * </ul>
 *
 * <p>Seven digits alone, and ten without any sign between them, stay: too much else looks like
 * that.
 */
final class PhoneNumbers {
  private static final String INTERNATIONAL = "\\+[1-9](?:[ ./-]?\\(?\\d\\)?){7,14}+(?![ ./-]?\\d)";
  private static final String NORTH_AMERICAN =
      "(?:1[ .-])?(?:\\([2-9]\\d{2}\\) ?|[2-9]\\d{2}[.-])[2-9]\\d{2}[.-]\\d{4}";
  private static final String CHINESE_MOBILE =
      "1[3-9]\\d(?:\\d{8}|(?<gap>[ -])\\d{4}\\k<gap>\\d{4})";
  private static final String HYPHENATED = "0\\d{1,3}-(?:\\d{3,4}-\\d{4}|\\d{7,8})";
  private static final String FRENCH =
      "(?<!\\d[ .])0[1-9](?<sign>[ .])\\d{2}(?:\\k<sign>\\d{2}){3}(?![ .]\\d)";
  private static final String BRITISH =
      "0(?:2\\d \\d{4} \\d{4}|[17]\\d{3} \\d{6}|[138]\\d{2} \\d{3} \\d{4})";

  private static final Pattern PHONE =
      Pattern.compile(
          // The look ahead passes over most characters before anything else is tried.
          "(?=[+(\\d])(?<![\\w+]|[\\w)][./-])(?:"
              + String.join(
                  "|", INTERNATIONAL, NORTH_AMERICAN, CHINESE_MOBILE, HYPHENATED, FRENCH, BRITISH)
              + ")(?!\\w|[./-]\\w)");

  private PhoneNumbers() {}

  static Replacement mask(String text) {
    Matcher matcher = PHONE.matcher(text);
    if (!matcher.find()) {
      return new Replacement(text, 0);
    }
    StringBuilder masked = new StringBuilder(text.length());
    int copied = 0;
    int count = 0;
    do {
      masked.append(text, copied, matcher.start()).append(PersonalData.PHONE);
      copied = matcher.end();
      count++;
    } while (matcher.find());
    return new Replacement(masked.append(text, copied, text.length()).toString(), count);
  }
}
