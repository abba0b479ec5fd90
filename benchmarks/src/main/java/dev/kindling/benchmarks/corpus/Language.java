package dev.kindling.benchmarks.corpus;

import java.util.List;

/**
 * The languages of the corpus. Their most frequent words are real, so that filters which look for
 * function words find them; the others are made up of syllables.
 */
enum Language {
  ENGLISH(
      60,
      600_000,
      "the of and to a in is that for it as was with on be by at this are from or have an not he"
          + " which but his they we their you were one had all can has there been if more her when"
          + " will would who so no she other its may these what them some him time into only could"
          + " new than then do any my now over our such also after most made through where must"
          + " your before between those under while much many should work people year first well",
      "b c d f g h l m n p r s t v w br ch cl dr fl gr pl pr sh sl sp st str th tr",
      "a e i o u ea ou ai",
      " n r s t l d nt rd st ck m ng"),
  GERMAN(
      9,
      150_000,
      "der die und in den von zu das mit sich des auf ist im dem nicht ein eine als auch es an er"
          + " hat aus bei nach sind wird einer um am wie einen so zum war haben nur oder aber vor zur"
          + " bis mehr durch man sein wurde wenn kann noch werden unter wir soll ich eines gegen",
      "b d f g h k l m n r s t w z br bl fr gr kl kr pf sch schl schw sp st str tr zw",
      "a e i o u ei ie au ö ü",
      " n r s t l m nd cht ng rt st"),
  FRENCH(
      8,
      150_000,
      "de la le et les des en un du une que est pour qui dans par sur pas plus au ne se ce il sont"
          + " avec son mais comme ou si leur y dont aux elle deux ces même sa entre fait était nous"
          + " cette aussi être on tout sans après ont bien peut encore ses lui temps",
      "b c d f g j l m n p r s t v bl br ch cl cr dr fr gl gr pl pr tr qu",
      "a e i o u é è ou ai eau oi",
      " n r s t l x nt"),
  SPANISH(
      8,
      150_000,
      "de la que el en y a los del se las por un para con no una su al lo como más pero sus le ya"
          + " o este sí porque esta entre cuando muy sin sobre también me hasta hay donde quien desde"
          + " todo nos durante todos uno les ni contra otros ese eso ante ellos",
      "b c d f g h j l m n p r s t v z bl br cl dr fl gr ll pl pr tr qu",
      "a e i o u ia ie ue",
      " n r s l d"),
  CHINESE(
      15,
      100_000,
      "的 一 是 不 了 在 人 有 我 他 这 个 们 中 来 上 大 为 和 国 地 到 以 说 时 要 就 出 会 可 也 你 对 生 能 而 子"
          + " 那 得 于 着 下 自 之 年 我们 他们 没有 一个 自己 什么 可以 因为 所以 如果 但是 已经 时候 问题 工作",
      "",
      "",
      "");

  private final int percent;
  private final int numWords;
  private final String functionWords;
  private final String onsets;
  private final String vowels;
  private final String codas;

  Language(
      int percent, int numWords, String functionWords, String onsets, String vowels, String codas) {
    this.percent = percent;
    this.numWords = numWords;
    this.functionWords = functionWords;
    this.onsets = onsets;
    this.vowels = vowels;
    this.codas = codas;
  }

  /** The language at a place between 0 and 99, so that each has its share. */
  static Language at(int percentile) {
    int end = 0;
    for (Language language : values()) {
      end += language.percent;
      if (percentile < end) {
        return language;
      }
    }
    throw new IllegalArgumentException(percentile + " is no percentile from 0 to 99");
  }

  /** How many words it has; a few of the made-up ones are the same. */
  int numWords() {
    return numWords;
  }

  /** Real words, the most frequent one first. */
  List<String> functionWords() {
    return List.of(functionWords.split(" ", -1));
  }

  /** Sounds that a syllable begins with. */
  List<String> onsets() {
    return List.of(onsets.split(" ", -1));
  }

  /** Sounds in the middle of a syllable. */
  List<String> vowels() {
    return List.of(vowels.split(" ", -1));
  }

  /** Sounds that a word ends with; the first one is none. */
  List<String> codas() {
    return List.of(codas.split(" ", -1));
  }

  /** Whether words follow each other without spaces. */
  boolean isUnspaced() {
    return this == CHINESE;
  }
}
