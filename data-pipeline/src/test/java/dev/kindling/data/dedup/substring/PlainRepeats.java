package dev.kindling.data.dedup.substring;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Repeated tokens by sets of strings, as the definition says: the plain twin of the hashed windows.
 * It knows words of letters and digits, and Han characters.
 */
final class PlainRepeats {
  private static final Pattern TOKEN = Pattern.compile("\\p{IsHan}|[\\p{L}\\p{N}&&[^\\p{IsHan}]]+");

  private PlainRepeats() {}

  /** The texts by their ids, without every token of a window that stands earlier. */
  static Map<String, String> removed(Map<String, String> texts, int numTokens) {
    Map<String, String> cut = new TreeMap<>();
    new TreeMap<>(repeated(texts, numTokens))
        .forEach((id, tokens) -> cut.put(id, without(texts.get(id), tokens)));
    return cut;
  }

  /** The numbers of the repeated tokens, of every text. */
  static Map<String, BitSet> repeated(Map<String, String> texts, int numTokens) {
    SortedMap<String, String> inOrder = new TreeMap<>(texts);
    Set<List<String>> earlier = new HashSet<>();
    Map<String, BitSet> repeated = new TreeMap<>();
    inOrder.forEach(
        (id, text) -> {
          List<String> tokens = TOKEN.matcher(text).results().map(found -> found.group()).toList();
          BitSet found = new BitSet();
          for (int i = 0; i + numTokens <= tokens.size(); i++) {
            if (!earlier.add(tokens.subList(i, i + numTokens))) {
              found.set(i, i + numTokens);
            }
          }
          repeated.put(id, found);
        });
    return repeated;
  }

  private static String without(String text, BitSet tokens) {
    List<int[]> places = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(text);
    while (matcher.find()) {
      places.add(new int[] {matcher.start(), matcher.end()});
    }
    StringBuilder left = new StringBuilder();
    int copiedTo = 0;
    for (int first = tokens.nextSetBit(0); first >= 0; ) {
      int end = tokens.nextClearBit(first);
      left.append(text, copiedTo, places.get(first)[0]);
      int next = end < places.size() ? places.get(end)[0] : text.length();
      String gap = text.substring(places.get(end - 1)[1], next);
      int kept = gap.matches("(?s).*\\s.*") ? gap.replaceFirst("(?s)^.*\\s", "").length() : 0;
      copiedTo = next - kept;
      first = tokens.nextSetBit(end);
    }
    return left.append(text.substring(copiedTo)).toString();
  }
}
