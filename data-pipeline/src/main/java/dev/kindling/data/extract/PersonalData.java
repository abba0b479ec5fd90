package dev.kindling.data.extract;

/**
 * Replaces e-mail addresses by {@value #EMAIL}, public IPv4 and IPv6 addresses by {@value #IP},
 * card numbers by {@value #CARD} and telephone numbers by {@value #PHONE}, in this order. All scans
 * are linear in the text, whatever it holds.
 */
public final class PersonalData {
  static final String EMAIL = "[EMAIL]";
  static final String IP = "[IP]";
  static final String CARD = "[CARD]";
  static final String PHONE = "[PHONE]";

  /** A text without personal data, and how much of it there was. */
  public record Masked(
      String text, int numEmails, int numIpAddresses, int numCardNumbers, int numPhoneNumbers) {
    /** A text without card and telephone numbers. */
    Masked(String text, int numEmails, int numIpAddresses) {
      this(text, numEmails, numIpAddresses, 0, 0);
    }
  }

  /** A text after one kind of data was replaced, and how often. */
  record Replacement(String text, int count) {}

  private static final int MAX_LOCAL_PART = 64;
  private static final int MAX_DOMAIN = 255;

  private PersonalData() {}

  static Masked mask(String text) {
    Replacement emails = maskEmails(text);
    Replacement ipAddresses = IpAddresses.mask(emails.text);
    Replacement cards = CardNumbers.mask(ipAddresses.text);
    Replacement phones = PhoneNumbers.mask(cards.text);
    return new Masked(phones.text, emails.count, ipAddresses.count, cards.count, phones.count);
  }

  /** From every at sign outwards: a local part to its left, a domain with a dot to its right. */
  private static Replacement maskEmails(String text) {
    int at = text.indexOf('@');
    if (at < 0) {
      return new Replacement(text, 0);
    }
    StringBuilder masked = new StringBuilder(text.length());
    int copied = 0;
    int count = 0;
    for (; at >= 0; at = text.indexOf('@', at + 1)) {
      int start = startOfLocalPart(text, at, copied);
      int end = endOfDomain(text, at + 1);
      if (start < at && end > at + 1) {
        masked.append(text, copied, start).append(EMAIL);
        copied = end;
        count++;
      }
    }
    return new Replacement(masked.append(text, copied, text.length()).toString(), count);
  }

  private static int startOfLocalPart(String text, int at, int from) {
    int start = at;
    while (start > Math.max(from, at - MAX_LOCAL_PART)
        && (isAsciiAlphanumeric(text.charAt(start - 1))
            || "._%+-".indexOf(text.charAt(start - 1)) >= 0)) {
      start--;
    }
    while (start < at && !isAsciiAlphanumeric(text.charAt(start))) {
      start++;
    }
    return start;
  }

  /** The end of a domain that has a dot and a top level of letters; {@code from} where none is. */
  private static int endOfDomain(String text, int from) {
    int limit = Math.min(text.length(), from + MAX_DOMAIN);
    int end = from;
    while (end < limit
        && (isAsciiAlphanumeric(text.charAt(end))
            || text.charAt(end) == '.'
            || text.charAt(end) == '-')) {
      end++;
    }
    while (end > from && !isAsciiAlphanumeric(text.charAt(end - 1))) {
      end--;
    }
    String domain = text.substring(from, end);
    int dot = domain.lastIndexOf('.');
    boolean valid =
        dot > 0
            && isAsciiAlphanumeric(domain.charAt(0))
            && !domain.contains("..")
            && domain.length() - dot > 2
            && domain.substring(dot + 1).chars().allMatch(PersonalData::isAsciiLetter);
    return valid ? end : from;
  }

  private static boolean isAsciiLetter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isAsciiAlphanumeric(int c) {
    return isAsciiLetter(c) || (c >= '0' && c <= '9');
  }
}
