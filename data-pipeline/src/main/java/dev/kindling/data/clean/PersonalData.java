package dev.kindling.data.clean;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces e-mail addresses by {@value #EMAIL} and IPv4 and IPv6 addresses by {@value #IP}. All
 * scans are linear in the text, whatever it holds.
 */
final class PersonalData {
  static final String EMAIL = "[EMAIL]";
  static final String IP = "[IP]";

  /** A text without addresses, and how many there were. */
  record Masked(String text, int numEmails, int numIpAddresses) {}

  private static final int MAX_LOCAL_PART = 64;
  private static final int MAX_DOMAIN = 255;
  private static final Pattern IPV4 =
      Pattern.compile("(?<![\\w.])(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})(?!\\w|\\.\\d)");
  private static final Pattern IPV6 = Pattern.compile("(?<![\\w:.])[0-9A-Fa-f:]{2,45}+(?!\\w)");
  private static final Pattern IPV6_GROUP = Pattern.compile("[0-9A-Fa-f]{1,4}");

  private PersonalData() {}

  static Masked mask(String text) {
    Replacement emails = maskEmails(text);
    Replacement ipV4 = maskIpV4(emails.text);
    Replacement ipV6 = maskIpV6(ipV4.text);
    return new Masked(ipV6.text, emails.count, ipV4.count + ipV6.count);
  }

  private record Replacement(String text, int count) {}

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

  private static Replacement maskIpV4(String text) {
    if (text.indexOf('.') < 0) {
      return new Replacement(text, 0);
    }
    Matcher matcher = IPV4.matcher(text);
    StringBuilder masked = new StringBuilder(text.length());
    int copied = 0;
    int count = 0;
    while (matcher.find()) {
      boolean valid = true;
      for (int octet = 1; octet <= 4; octet++) {
        valid &= Integer.parseInt(matcher.group(octet)) <= 255;
      }
      if (valid) {
        masked.append(text, copied, matcher.start()).append(IP);
        copied = matcher.end();
        count++;
      }
    }
    return new Replacement(masked.append(text, copied, text.length()).toString(), count);
  }

  private static Replacement maskIpV6(String text) {
    if (text.indexOf(':') < 0) {
      return new Replacement(text, 0);
    }
    Matcher matcher = IPV6.matcher(text);
    StringBuilder masked = new StringBuilder(text.length());
    int copied = 0;
    int count = 0;
    while (matcher.find()) {
      String candidate = matcher.group();
      // "at 2001:db8::1: it works" ends with a colon that is not of the address.
      if (candidate.endsWith(":") && !candidate.endsWith("::")) {
        candidate = candidate.substring(0, candidate.length() - 1);
      }
      if (isIpV6(candidate)) {
        masked.append(text, copied, matcher.start()).append(IP);
        copied = matcher.start() + candidate.length();
        count++;
      }
    }
    return new Replacement(masked.append(text, copied, text.length()).toString(), count);
  }

  /** Eight groups, or fewer with one {@code ::} (RFC 4291); {@code ::} alone is left as it is. */
  static boolean isIpV6(String candidate) {
    int gap = candidate.indexOf("::");
    if (gap < 0) {
      return numGroups(candidate) == 8;
    }
    String left = candidate.substring(0, gap);
    String right = candidate.substring(gap + 2);
    if (right.contains("::") || (left.isEmpty() && right.isEmpty())) {
      return false;
    }
    int numLeft = left.isEmpty() ? 0 : numGroups(left);
    int numRight = right.isEmpty() ? 0 : numGroups(right);
    return numLeft >= 0 && numRight >= 0 && numLeft + numRight <= 7;
  }

  private static int numGroups(String text) {
    String[] groups = text.split(":", -1);
    for (String group : groups) {
      if (!IPV6_GROUP.matcher(group).matches()) {
        return -1;
      }
    }
    return groups.length;
  }

  private static boolean isAsciiLetter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isAsciiAlphanumeric(int c) {
    return isAsciiLetter(c) || (c >= '0' && c <= '9');
  }
}
