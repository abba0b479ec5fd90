package dev.kindling.data.tokenizer;

import dev.kindling.data.sample.SampleCorpus;
import dev.kindling.data.sample.SampleCorpusConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/** Texts to try tokenizers on: plain ones, nasty ones and random ones. */
final class TestTexts {
  private static final String[] ENGLISH = {
    "the", "miller", "walked", "slowly", "towards", "river", "because", "it's", "they'll",
        "would've",
    "bread", "and", "salt", "in", "1842", "3.14", "morning", "o'clock", "Eliza", "WINTER"
  };
  private static final String[] CHINESE = {
    "磨坊主", "慢慢地", "走向", "河边", "因为", "面包", "和", "盐", "一八四二年", "早晨", "。", "，", "她说"
  };

  private TestTexts() {}

  /** Sentences of English and Chinese words with a few lines between them. */
  static String story(long seed, int numWords) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < numWords; i++) {
      int kind = random.nextInt(20);
      if (kind < 11) {
        text.append(ENGLISH[random.nextInt(ENGLISH.length)]).append(' ');
      } else if (kind < 18) {
        text.append(CHINESE[random.nextInt(CHINESE.length)]);
      } else {
        text.append(kind == 18 ? ".\n" : ", \"\n\n  ");
      }
    }
    return text.toString();
  }

  /** Any code points but surrogates, with runs of one kind, since a word is such a run. */
  static String random(Random random, int maxCodePoints) {
    StringBuilder text = new StringBuilder();
    int numCodePoints = random.nextInt(maxCodePoints + 1);
    int kind = 0;
    for (int i = 0; i < numCodePoints; i++) {
      if (i == 0 || random.nextInt(3) == 0) {
        kind = random.nextInt(8);
      }
      int codePoint =
          switch (kind) {
            case 0 -> 'a' + random.nextInt(4);
            case 1 -> "\t\n\u000b\f\r \u0085\u00a0\u2003\u2028\u3000 ".charAt(random.nextInt(12));
            case 2 -> "'''stmdrevl".charAt(random.nextInt(11));
            case 3 -> 0x4E00 + random.nextInt(0x5200);
            case 4 -> random.nextInt(0x300);
            case 5 -> "0123٣४Ⅷ½".charAt(random.nextInt(8));
            case 6 -> 0x1F300 + random.nextInt(0x400);
            default -> random.nextInt(Character.MAX_CODE_POINT + 1);
          };
      boolean surrogate = Character.getType(codePoint) == Character.SURROGATE;
      text.appendCodePoint(surrogate ? ' ' : codePoint);
    }
    return text.toString();
  }

  /** What breaks tokenizers. */
  static List<String> nasty() {
    List<String> texts = new ArrayList<>();
    texts.add("");
    texts.add(" ");
    texts.add("   \n\n\t  a   b \u00a0\u00a0c\u3000\u3000 ");
    texts.add("\u0000\u0001\u001f\u007f\u0080\u009f\ufeff\u200b\u200d");
    texts.add("👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 🇨🇳🇫🇷 \u2764\ufe0f");
    texts.add("e\u0301 e\u0301\u0323 \u0301 Z\u0351\u036b\u0343\u036a\u0302 न\u093c\u0940 กำ");
    texts.add("שלום עולם \u202eabc\u202c مرحبا بالعالم ١٢٣");
    texts.add("天地玄黃，宇宙洪荒。𠀀𠀁𪛖 ｱｲｳ ㍿ 한국어 조합");
    texts.add("it's IT'S I'll'd we've''re 'tis '' ' 's 'S 'll'll rock'n'roll");
    texts.add("x²³¹ ½ Ⅻ 12345678901234567890 1,000.00 ٣٤ ४५");
    texts.add("http://example.org/?q=a%20b&c=d#e <p class=\"x\">&amp;</p> {\"k\": [1, 2]}");
    texts.add("\r\n\r\n \r\t\u000b\f\u0085\u2028\u2029 end");
    texts.add("ab".repeat(30_000));
    texts.add("长".repeat(9_999) + " " + "!".repeat(9_999) + " ".repeat(9_999));
    return texts;
  }

  /** The files of an embedded corpus that are not compressed, as they are, with all defects. */
  static List<String> embeddedCorpus(Path directory) throws IOException {
    org.apache.hadoop.fs.Path corpus = new org.apache.hadoop.fs.Path(directory.toUri() + "/corpus");
    SampleCorpus.write(new Configuration(), new SampleCorpusConfig(1, 200), corpus);
    List<String> texts = new ArrayList<>();
    try (Stream<Path> files = Files.walk(directory.resolve("corpus"))) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        if (file.toString().matches(".*\\.(txt|html|jsonl)")) {
          // Files.readString would refuse what is no UTF-8.
          texts.add(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        }
      }
    }
    return texts;
  }

  /** Word counts of texts, as the job makes them. */
  static List<WordCount> wordCounts(List<String> texts) {
    return TextCounts.of(texts).words(text -> new Words(text, PreTokenizer::wordEnd));
  }

  /** A tokenizer that has learned English and Chinese. */
  static ByteLevelBpe learnedTokenizer() {
    return BytePairLearner.learn(wordCounts(List.of(story(1, 4_000))), 600, 2, true);
  }
}
