package dev.kindling.data.read;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The characters of a page. Its character set is told by a byte-order mark, the HTTP header, or a
 * {@code <meta>} at the start of HTML, in this order as in the HTML standard; it is UTF-8 where
 * nothing tells it. Decoding is strict: nothing is replaced silently.
 *
 * @param charset the name that was told
 * @param decoded empty where the set is not known or the bytes do not fit it
 */
record PageText(String charset, Optional<String> decoded) {
  private static final String UTF_8 = "UTF-8";

  /** How far browsers look for the declaration. */
  private static final int META_BYTES = 1024;

  private static final Pattern META_CHARSET =
      Pattern.compile("<meta[^>]{0,500}?charset\\s*=\\s*[\"']?\\s*([\\w.:-]+)");

  /** Names that the Encoding Standard reads as another set: so pages use them. */
  private static final Map<String, String> MEANT =
      Map.of(
          "utf8", UTF_8,
          "utf-8", UTF_8,
          "iso-8859-1", "windows-1252",
          "latin1", "windows-1252",
          "us-ascii", "windows-1252",
          "ascii", "windows-1252",
          "gb2312", "GBK");

  /**
   * @param httpCharset the parameter of the HTTP header, or null
   */
  static PageText of(byte[] bytes, String httpCharset, boolean html) {
    if (startsWith(bytes, 0xEF, 0xBB, 0xBF)) {
      return decode(bytes, 3, UTF_8);
    }
    if (startsWith(bytes, 0xFF, 0xFE)) {
      return decode(bytes, 2, "UTF-16LE");
    }
    if (startsWith(bytes, 0xFE, 0xFF)) {
      return decode(bytes, 2, "UTF-16BE");
    }
    if (httpCharset != null && !httpCharset.isBlank()) {
      return decode(bytes, 0, meant(httpCharset));
    }
    return decode(bytes, 0, html ? declared(bytes) : UTF_8);
  }

  private static String declared(byte[] bytes) {
    int length = Math.min(bytes.length, META_BYTES);
    String start = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    Matcher meta = META_CHARSET.matcher(start.toLowerCase(Locale.ROOT));
    if (!meta.find()) {
      return UTF_8;
    }
    // Who could read the declaration as ASCII does not read UTF-16.
    return meta.group(1).startsWith("utf-16") ? UTF_8 : meant(meta.group(1));
  }

  private static String meant(String name) {
    String bare = name.strip().toLowerCase(Locale.ROOT);
    return MEANT.getOrDefault(bare, bare);
  }

  private static PageText decode(byte[] bytes, int offset, String charset) {
    try {
      String text =
          Charset.forName(charset)
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes, offset, bytes.length - offset))
              .toString();
      return new PageText(charset, Optional.of(text));
    } catch (CharacterCodingException
        | IllegalCharsetNameException
        | UnsupportedCharsetException e) {
      return new PageText(charset, Optional.empty());
    }
  }

  private static boolean startsWith(byte[] bytes, int... mark) {
    for (int i = 0; i < mark.length; i++) {
      if (i >= bytes.length || Byte.toUnsignedInt(bytes[i]) != mark[i]) {
        return false;
      }
    }
    return true;
  }
}
