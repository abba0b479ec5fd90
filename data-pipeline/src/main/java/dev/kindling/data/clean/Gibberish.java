package dev.kindling.data.clean;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds what is text in form only: key mashing, encoded data, characters drawn at random. The first
 * rule that fires gives the reason:
 *
 * <ol>
 *   <li>fewer than half of the visible characters are letters;
 *   <li>the characters have less than 2 bits of entropy each (English has about 4);
 *   <li>Latin script: fewer than 4 % of the words are frequent function words of one of the larger
 *       languages written in it, of which prose has 20 to 50 % (the idea of the stop-word rule of
 *       Gopher; Rae et al. 2021, appendix A1);
 *   <li>Chinese: fewer than 8 % of the Han characters are among 120 frequent ones, of which prose
 *       has 30 to 50 %.
 * </ol>
 *
 * <p>Texts with fewer than 40 visible characters, 20 words or 40 Han characters are too short to
 * judge by these rules, and other languages are judged by the first two only. Text in Latin script
 * whose language is not known may have been taken for English by its script, and is judged by the
 * third: the function words are those of the larger languages, so prose in a small one can be
 * rejected where its records do not name the language.
 */
final class Gibberish {
  private static final int MIN_VISIBLE = 40;
  private static final int MIN_WORDS = 20;
  private static final int MIN_HAN = 40;
  private static final double MIN_LETTERS = 0.5;
  private static final double MIN_BITS = 2;
  private static final double MIN_COMMON_WORDS = 0.04;
  private static final double MIN_COMMON_HAN = 0.08;

  // English first, then the other large languages in Latin script, a line or two each.
  private static final Set<String> COMMON_WORDS =
      Stream.of(
              "the of and to a in is it you that he was for on are with as i his they be at one "
                  + "have this from or had by not but what all were we when your can said there an each "
                  + "which she do how their if will up other about out many then them these so some her "
                  + "would him into has more no way could my than been who its now did get may over any "
                  + "after our am me before between same under most only such where both through because "
                  + "while thou thy thee shall",
              "der die das und ist nicht ein eine ich sie es mit von zu den dem im auf für sich "
                  + "auch als wie war er wir aus bei nach noch nur aber oder wenn",
              "le la les des un une et est que qui dans pour pas sur au il elle nous vous ne ce se "
                  + "avec plus par je sont mais",
              "el los las una de del que y en por para con su lo como más pero o os da do em um uma "
                  + "não com ao dos na no são foi",
              "il di che non è per sono della con gli una nel si și în este pe cu nu mai din",
              "het een van niet zijn dat op te voor met och att det som är inte på til og er ikke "
                  + "av en",
              "się nie na jest że do to z w i jak ale co je se že v s by už",
              "ja on ei se että hän mutta oli az és hogy nem egy ez van csak",
              "ve bir bu da için ile çok yang dan di itu dengan untuk tidak ini và của là có không "
                  + "một các được")
          .flatMap(words -> Stream.of(words.split(" ", -1)))
          .collect(Collectors.toUnmodifiableSet());

  private static final Set<Integer> COMMON_HAN =
      ("的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去"
              + "法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知")
          .codePoints()
          .boxed()
          .collect(Collectors.toUnmodifiableSet());

  private Gibberish() {}

  /**
   * Why a text is in form only; empty where it is not.
   *
   * @param language an ISO 639-1 code, or {@code und}
   */
  static Optional<String> in(String text, String language) {
    Map<Integer, Integer> counts = new HashMap<>();
    int visible = 0;
    int letters = 0;
    int han = 0;
    int commonHan = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (Character.isWhitespace(c)) {
        continue;
      }
      visible++;
      counts.merge(c, 1, Integer::sum);
      letters += isLetterOrMark(c) ? 1 : 0;
      if (Character.isIdeographic(c)) {
        han++;
        commonHan += COMMON_HAN.contains(c) ? 1 : 0;
      }
    }
    if (visible < MIN_VISIBLE) {
      return Optional.empty();
    }
    if (letters < MIN_LETTERS * visible) {
      return only(letters, visible, "characters are letters");
    }
    double bits = entropy(counts, visible);
    if (bits < MIN_BITS) {
      return Optional.of(String.format(Locale.ROOT, "%.1f bits of entropy per character", bits));
    }
    return switch (language) {
      case "en" -> inWords(text);
      case "zh" ->
          han >= MIN_HAN && commonHan < MIN_COMMON_HAN * han
              ? only(commonHan, han, "Han characters are frequent ones")
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<String> inWords(String text) {
    int words = 0;
    int common = 0;
    int start = -1;
    for (int i = 0; i <= text.length(); i++) {
      boolean letter = i < text.length() && Character.isLetter(text.charAt(i));
      if (letter && start < 0) {
        start = i;
      } else if (!letter && start >= 0) {
        words++;
        common += COMMON_WORDS.contains(text.substring(start, i).toLowerCase(Locale.ROOT)) ? 1 : 0;
        start = -1;
      }
    }
    return words >= MIN_WORDS && common < MIN_COMMON_WORDS * words
        ? only(common, words, "words are frequent in any language of this script")
        : Optional.empty();
  }

  private static Optional<String> only(int some, int all, String what) {
    return Optional.of(some + " of " + all + " " + what);
  }

  private static boolean isLetterOrMark(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK -> true;
      default -> Character.isLetter(c);
    };
  }

  private static double entropy(Map<Integer, Integer> counts, int all) {
    double nats = 0;
    for (int count : counts.values()) {
      nats -= count * Math.log((double) count / all);
    }
    return nats / all / Math.log(2);
  }
}
