package dev.kindling.data.extract;

import dev.kindling.data.extract.PersonalData.Replacement;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces IPv4 and IPv6 addresses that a machine on the public Internet can have. Private,
 * loopback, link-local, documentation and other addresses of special purpose stay (IANA's
 * registries, RFC 6890): they say nothing about anyone, and tutorials are full of them.
 */
final class IpAddresses {
  private static final Pattern IPV4 =
      Pattern.compile("(?<![\\w.])(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})(?!\\w|\\.\\d)");
  private static final Pattern IPV6 = Pattern.compile("(?<![\\w:.])[0-9A-Fa-f:]{2,45}+(?!\\w)");
  private static final Pattern IPV6_GROUP = Pattern.compile("[0-9A-Fa-f]{1,4}");

  private static final int NUM_GROUPS = 8;
  private static final int MAX_IPV6_GROUP = 4;

  private static final Block[] SPECIAL_V4 = {
    new Block(0x00000000L, 8), // this network
    new Block(0x0a000000L, 8), // private
    new Block(0x64400000L, 10), // shared by a carrier
    new Block(0x7f000000L, 8), // loopback
    new Block(0xa9fe0000L, 16), // link-local
    new Block(0xac100000L, 12), // private
    new Block(0xc0000000L, 24), // protocol assignments
    new Block(0xc0000200L, 24), // documentation
    new Block(0xc0a80000L, 16), // private
    new Block(0xc6120000L, 15), // benchmarks
    new Block(0xc6336400L, 24), // documentation
    new Block(0xcb007100L, 24), // documentation
    new Block(0xe0000000L, 3), // multicast and reserved
  };

  /** Addresses of 32 bits that begin with the same bits. */
  private record Block(long address, int numBits) {
    boolean contains(long other) {
      return address >>> (32 - numBits) == other >>> (32 - numBits);
    }
  }

  private IpAddresses() {}

  static Replacement mask(String text) {
    Replacement ipV4 = maskIpV4(text);
    Replacement ipV6 = maskIpV6(ipV4.text());
    return new Replacement(ipV6.text(), ipV4.count() + ipV6.count());
  }

  /** Whether a full stop between digits has another one behind at most three digits. */
  private static boolean mayHaveIpV4(String text) {
    for (int i = text.indexOf('.', 1); i >= 0; i = text.indexOf('.', i + 1)) {
      if (isDigit(text.charAt(i - 1))) {
        int next = i + 1;
        while (next < text.length() && next < i + 4 && isDigit(text.charAt(next))) {
          next++;
        }
        if (next > i + 1 && next < text.length() && text.charAt(next) == '.') {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether a colon has another one behind at most four characters. */
  private static boolean mayHaveIpV6(String text) {
    int last = -MAX_IPV6_GROUP - 2;
    for (int i = text.indexOf(':'); i >= 0; i = text.indexOf(':', i + 1)) {
      if (i - last <= MAX_IPV6_GROUP + 1) {
        return true;
      }
      last = i;
    }
    return false;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static Replacement maskIpV4(String text) {
    if (!mayHaveIpV4(text)) {
      return new Replacement(text, 0);
    }
    Matcher matcher = IPV4.matcher(text);
    StringBuilder masked = new StringBuilder(text.length());
    int copied = 0;
    int count = 0;
    while (matcher.find()) {
      if (isPublicIpV4(matcher)) {
        masked.append(text, copied, matcher.start()).append(PersonalData.IP);
        copied = matcher.end();
        count++;
      }
    }
    return new Replacement(masked.append(text, copied, text.length()).toString(), count);
  }

  private static boolean isPublicIpV4(Matcher octets) {
    long address = 0;
    for (int i = 1; i <= 4; i++) {
      int octet = Integer.parseInt(octets.group(i));
      if (octet > 255) {
        return false;
      }
      address = address << 8 | octet;
    }
    long known = address;
    return Arrays.stream(SPECIAL_V4).noneMatch(block -> block.contains(known));
  }

  private static Replacement maskIpV6(String text) {
    if (!mayHaveIpV6(text)) {
      return new Replacement(text, 0);
    }
    Matcher matcher = IPV6.matcher(text);
    StringBuilder masked = new StringBuilder(text.length());
    int copied = 0;
    int count = 0;
    while (matcher.find()) {
      String candidate = matcher.group();
      // "at 2620:fe::9: it works" ends with a colon that is not of the address.
      if (candidate.endsWith(":") && !candidate.endsWith("::")) {
        candidate = candidate.substring(0, candidate.length() - 1);
      }
      if (isIpV6(candidate) && isPublicIpV6(candidate)) {
        masked.append(text, copied, matcher.start()).append(PersonalData.IP);
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
      return numGroups(candidate) == NUM_GROUPS;
    }
    String left = candidate.substring(0, gap);
    String right = candidate.substring(gap + 2);
    if (right.contains("::") || (left.isEmpty() && right.isEmpty())) {
      return false;
    }
    int numLeft = left.isEmpty() ? 0 : numGroups(left);
    int numRight = right.isEmpty() ? 0 : numGroups(right);
    return numLeft >= 0 && numRight >= 0 && numLeft + numRight < NUM_GROUPS;
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

  /** Of 2000::/3, without what is reserved for protocols (2001::/23) and documentation. */
  private static boolean isPublicIpV6(String address) {
    int gap = address.indexOf("::");
    String[] groups = (gap < 0 ? address : address.substring(0, gap)).split(":", -1);
    int first = groups[0].isEmpty() ? 0 : Integer.parseInt(groups[0], 16);
    int second = groups.length < 2 ? 0 : Integer.parseInt(groups[1], 16);
    boolean globalUnicast = first >= 0x2000 && first <= 0x3fff;
    boolean protocols = first == 0x2001 && second < 0x200;
    boolean documentation =
        (first == 0x2001 && second == 0xdb8) || (first == 0x3fff && second < 0x1000);
    return globalUnicast && !protocols && !documentation;
  }
}
