package dev.kindling.data.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The texts that cleaning is there to find. */
final class Defects {
  private static final List<String> SHORT_EN =
      List.of(
          "Page not found.",
          "This page has moved.",
          "Please enable scripts.",
          "Log in to read on.",
          "Coming soon!");
  private static final List<String> SHORT_ZH =
      List.of("页面不存在。", "本页已移动。", "请登录后阅读。", "内容正在建设中。", "敬请期待!");
  private static final List<List<String>> FOREIGN =
      List.of(
          List.of(
              "река",
              "дорога",
              "старый",
              "город",
              "вечером",
              "медленно",
              "идёт",
              "снег",
              "окно",
              "мальчик",
              "смотрит",
              "далеко",
              "песня",
              "тихая",
              "лес",
              "зимой"),
          List.of(
              "θάλασσα",
              "παλιό",
              "σπίτι",
              "ήλιος",
              "δρόμος",
              "μικρό",
              "παιδί",
              "τραγουδά",
              "βουνό",
              "άνεμος",
              "αργά",
              "νύχτα",
              "βάρκα",
              "λευκή",
              "κοιτάζει",
              "μακριά"),
          List.of(
              "البحر", "الطريق", "قديم", "المدينة", "مساء", "ببطء", "الريح", "شجرة", "ولد", "ينظر",
              "بعيد", "أغنية", "هادئة", "الجبل", "ليل", "قارب"));
  private static final List<String> MAIL_NAMES =
      List.of("info", "story.club", "editor", "library_desk", "reader+news", "post-office");
  private static final List<String> EXTRA_EN =
      List.of("Nobody noticed it.", "It was a Tuesday.", "The clock struck six.", "A door closed.");
  private static final List<String> EXTRA_ZH = List.of("谁也没有注意到。", "那天是星期二。", "钟敲了六下。", "有一扇门关上了。");
  private static final String LETTERS = "bcdfghjklmnpqrstvwxzaeiouy";
  private static final int FIRST_HAN = 0x4E00;
  private static final int LAST_HAN = 0x9FA5;

  private Defects() {}

  /** Shorter than 40 characters. */
  static String tooShort(String language, RandomStream random) {
    return pick(language.equals("zh") ? SHORT_ZH : SHORT_EN, random);
  }

  /** 300 to 600 characters that no dictionary knows. */
  static String gibberish(String language, RandomStream random) {
    int length = random.nextInt(300, 600);
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      if (language.equals("zh")) {
        int run = random.nextInt(8, 20);
        for (int i = 0; i < run; i++) {
          text.appendCodePoint(random.nextInt(FIRST_HAN, LAST_HAN));
        }
        text.append('\u3002');
      } else {
        int run = random.nextInt(5, 12);
        for (int i = 0; i < run; i++) {
          text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        text.append(' ');
      }
    }
    return text.toString().strip();
  }

  /** Sentences of one of three other scripts. */
  static String wrongLanguage(RandomStream random) {
    List<String> words = FOREIGN.get(random.nextInt(FOREIGN.size()));
    List<String> sentences = new ArrayList<>();
    int numSentences = random.nextInt(10, 20);
    for (int i = 0; i < numSentences; i++) {
      List<String> sentence = new ArrayList<>();
      int numWords = random.nextInt(5, 9);
      for (int j = 0; j < numWords; j++) {
        sentence.add(pick(words, random));
      }
      sentences.add(String.join(" ", sentence) + ".");
    }
    return String.join(" ", sentences);
  }

  static String emailSentence(String language, RandomStream random) {
    String address =
        pick(MAIL_NAMES, random)
            + random.nextInt(1, 99)
            + "@mail"
            + random.nextInt(1, 9)
            + ".example.org";
    return language.equals("zh")
        ? "请写信给" + address + "告诉我们你的想法。"
        : "Write to " + address + " and tell us what you think.";
  }

  static String ipSentence(String language, RandomStream random) {
    // Of the name servers for reverse names of private addresses (RFC 7535): public and nobody's.
    String address =
        random.nextInt(2) == 0
            ? "192.175.48." + random.nextInt(1, 254)
            : String.format(
                Locale.ROOT,
                "2620:4f:8000::%x:%x",
                random.nextInt(1, 65535),
                random.nextInt(1, 65535));
    return language.equals("zh")
        ? "这个故事来自" + address + "。"
        : "This story was sent from " + address + ".";
  }

  /** Puts a sentence that is in no grammar behind each of two sentences. */
  static String changeTwoSentences(String text, String language, RandomStream random) {
    String end = language.equals("zh") ? "。" : ". ";
    String space = language.equals("zh") ? "" : " ";
    List<String> extra = language.equals("zh") ? EXTRA_ZH : EXTRA_EN;
    List<Integer> ends = new ArrayList<>();
    for (int i = text.indexOf(end); i >= 0; i = text.indexOf(end, i + 1)) {
      ends.add(i + end.length());
    }
    int first = ends.get(random.nextInt(ends.size() / 2));
    int second = ends.get(ends.size() / 2 + random.nextInt(ends.size() / 2));
    return text.substring(0, first)
        + pick(extra, random)
        + space
        + text.substring(first, second)
        + pick(extra, random)
        + space
        + text.substring(second);
  }

  private static String pick(List<String> list, RandomStream random) {
    return list.get(random.nextInt(list.size()));
  }
}
