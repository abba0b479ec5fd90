package dev.kindling.data.clean;

import java.util.Locale;

/** Web addresses in one form, so that the same page is known by the same string. */
final class Urls {
  private static final String WWW = "www.";

  private Urls() {}

  /**
   * An address without what makes no difference to which page it names: scheme, user, leading
   * {@code www.}, default port, fragment, and slashes at the end; with its host in lower case.
   */
  static String bare(String url) {
    String address = url.strip();
    int scheme = address.indexOf("://");
    if (scheme >= 0) {
      address = address.substring(scheme + 3);
    }
    int fragment = address.indexOf('#');
    if (fragment >= 0) {
      address = address.substring(0, fragment);
    }
    int end = endOfHost(address);
    String host = address.substring(address.lastIndexOf('@', end - 1) + 1, end);
    return hostOf(host) + withoutSlashes(address.substring(end));
  }

  /** A bare address without its query. */
  static String withoutQuery(String bare) {
    int query = bare.indexOf('?');
    return query < 0 ? bare : withoutSlashes(bare.substring(0, query));
  }

  private static int endOfHost(String address) {
    for (int i = 0; i < address.length(); i++) {
      if (address.charAt(i) == '/' || address.charAt(i) == '?') {
        return i;
      }
    }
    return address.length();
  }

  private static String hostOf(String hostAndPort) {
    String host = hostAndPort.toLowerCase(Locale.ROOT);
    if (host.endsWith(":80") || host.endsWith(":443")) {
      host = host.substring(0, host.lastIndexOf(':'));
    }
    return host.startsWith(WWW) ? host.substring(WWW.length()) : host;
  }

  private static String withoutSlashes(String path) {
    int end = path.length();
    while (end > 0 && path.charAt(end - 1) == '/') {
      end--;
    }
    return path.substring(0, end);
  }
}
