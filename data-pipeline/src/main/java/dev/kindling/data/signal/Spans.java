package dev.kindling.data.signal;

import java.util.Arrays;

/** Parts of a text, as UTF-16 ranges in order. */
final class Spans {
  private int[] starts = new int[16];
  private int[] ends = new int[16];
  private int size;

  void add(int start, int end) {
    if (size == starts.length) {
      starts = Arrays.copyOf(starts, 2 * size);
      ends = Arrays.copyOf(ends, 2 * size);
    }
    starts[size] = start;
    ends[size] = end;
    size++;
  }

  int size() {
    return size;
  }

  int start(int index) {
    return starts[index];
  }

  int end(int index) {
    return ends[index];
  }

  /** Splits at line breaks as Python's {@code splitlines} does: none opens a line at the end. */
  static Spans lines(String text) {
    Spans lines = new Spans();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isLineBreak(c)) {
        continue;
      }
      lines.add(start, i);
      if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
        i++;
      }
      start = i + 1;
    }
    if (start < text.length()) {
      lines.add(start, text.length());
    }
    return lines;
  }

  /** The parts between line feeds that hold more than whitespace. */
  static Spans nonBlankLines(String text) {
    Spans lines = new Spans();
    int start = 0;
    while (start <= text.length()) {
      int end = lineFeed(text, start, text.length());
      if (Characters.skipSpace(text, start, end) < end) {
        lines.add(start, end);
      }
      start = end + 1;
    }
    return lines;
  }

  /** The parts between runs of line feeds, empty ones at both ends of the text included. */
  static Spans partsBetweenLineFeeds(String text) {
    return parts(text, 0, text.length(), 1);
  }

  /** The parts between runs of two or more line feeds of the text without whitespace around it. */
  static Spans paragraphs(String text) {
    int start = Characters.skipSpace(text, 0, text.length());
    return parts(text, start, Characters.trimSpace(text, start, text.length()), 2);
  }

  private static Spans parts(String text, int from, int to, int minLineFeeds) {
    Spans parts = new Spans();
    int start = from;
    int end = lineFeed(text, from, to);
    while (end < to) {
      int next = end;
      while (next < to && text.charAt(next) == '\n') {
        next++;
      }
      if (next - end >= minLineFeeds) {
        parts.add(start, end);
        start = next;
      }
      end = lineFeed(text, next, to);
    }
    parts.add(start, to);
    return parts;
  }

  private static int lineFeed(String text, int from, int to) {
    int index = text.indexOf('\n', from);
    return index < 0 || index > to ? to : index;
  }

  private static boolean isLineBreak(char c) {
    return switch (c) {
      case '\n', '\r', 0x0b, 0x0c, 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029 -> true;
      default -> false;
    };
  }
}
