package dev.kindling.data.dedup.substring;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.dedup.TestDocuments;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepeatedSubstringsTest {
  private static final int N = 50;

  private final Random random = new Random(17);

  @ParameterizedTest
  @CsvSource({"2, 40, 1", "5, 4, 7", "9, 3, 2", "50, 2, 3", "50, 1, 2"})
  void whatIsRemovedIsThatOfTheDefinition(int numTokens, int vocabulary, int numPartitions) {
    String phrase = phrase(3 * numTokens, vocabulary);
    Map<String, String> texts = new TreeMap<>();
    for (int i = 0; i < 30; i++) {
      StringBuilder text = new StringBuilder();
      for (int part = random.nextInt(6); part > 0; part--) {
        text.append(phrase(random.nextInt(60), vocabulary));
        text.append(phrase, random.nextInt(phrase.length() / 2), phrase.length());
      }
      texts.put("d" + i, text.toString());
    }
    assertThat(PlainRepeats.repeated(texts, numTokens).values())
        .anyMatch(found -> !found.isEmpty());
    assertThat(removed(texts, numTokens, numPartitions))
        .isEqualTo(PlainRepeats.removed(texts, numTokens));
  }

  @ParameterizedTest
  @CsvSource({"49, 0", "50, 50", "51, 51", "130, 130"})
  void repeatsAreFoundFromFiftyTokensOn(int numRepeated, int numFound) {
    String repeat = words(numRepeated);
    Map<String, String> texts =
        Map.of(
            "a", words(30) + repeat + words(70),
            "b", words(80) + repeat + words(20),
            "c", repeat.toLowerCase(Locale.ROOT) + words(20));
    Map<String, BitSet> found = found(texts, N, 2);
    if (numFound == 0) {
      assertThat(found).isEmpty();
    } else {
      assertThat(found).containsOnlyKeys("b");
      assertThat(found.get("b").cardinality()).isEqualTo(numFound);
      assertThat(found.get("b").nextSetBit(0)).isEqualTo(80);
    }
  }

  @Test
  void theFirstOfThreeDocumentsKeepsIt() {
    String repeat = words(60);
    Map<String, String> texts =
        Map.of(
            "c", words(20) + repeat + words(20),
            "b", repeat + words(9),
            "a", words(5) + repeat.replace(" ", ",\n"));
    Map<String, String> removed = removed(texts, N, 3);
    assertThat(removed.get("a")).isEqualTo(texts.get("a"));
    assertThat(removed.get("b")).isEqualTo(texts.get("b").substring(repeat.length()));
    assertThat(removed.get("c")).isEqualTo(texts.get("c").replace(repeat, ""));
  }

  @Test
  void repeatsThatOverlapAreOneSpan() {
    String first = words(40);
    String middle = words(30);
    String last = words(40);
    Map<String, String> texts =
        Map.of("a", first + middle, "b", middle + last, "c", words(7) + first + middle + last);
    Map<String, BitSet> found = found(texts, N, 2);
    assertThat(found).containsOnlyKeys("c");
    assertThat(found.get("c").nextSetBit(0)).isEqualTo(7);
    assertThat(found.get("c").nextClearBit(7)).isEqualTo(117);
  }

  @Test
  void repeatsWithinOneDocumentCountToo() {
    String repeat = words(55);
    String between = words(10);
    Map<String, String> removed =
        removed(Map.of("a", repeat + between + repeat + repeat + "the end", "b", "x"), N, 1);
    assertThat(removed.get("a")).isEqualTo(repeat + between + "the end");
    assertThat(removed(Map.of("a", "ha ".repeat(5_000)), N, 1)).containsEntry("a", "ha ");
  }

  @Test
  void inScriptsWithoutSpacesACharacterIsAToken() {
    String repeat = characters(50);
    String other = characters(49);
    Map<String, String> texts =
        Map.of(
            "a", characters(9) + repeat + "。" + other,
            "b", characters(9) + repeat + "，" + characters(9) + other);
    Map<String, String> removed = removed(texts, N, 2);
    assertThat(removed.get("a")).isEqualTo(texts.get("a"));
    assertThat(removed.get("b")).isEqualTo(texts.get("b").replace(repeat + "，", ""));
  }

  @Test
  void partitionsAndOrderDoNotChangeTheResult() {
    List<String> repeats = List.of(words(50), words(64), words(200));
    Map<String, String> texts = new TreeMap<>();
    for (int i = 0; i < 60; i++) {
      texts.put(
          "d" + i, words(random.nextInt(60)) + repeats.get(i % 3) + words(random.nextInt(60)));
    }
    Map<String, String> expected = removed(texts, N, 1);
    assertThat(expected.values())
        .doesNotContainAnyElementsOf(List.of(texts.get("d3"), texts.get("d59")));
    assertThat(removed(texts, N, 7)).isEqualTo(expected);
  }

  @Test
  void aWindowOfTwentyThousandDocumentsIsNeverGathered() {
    String repeat = words(52);
    List<String> texts = new ArrayList<>(Collections.nCopies(20_000, repeat));
    Dataset<Row> found = RepeatedSubstrings.find(TestDocuments.of("d", texts), N);
    assertThat(found.filter(col("id").notEqual("d00000")).count()).isEqualTo(19_999);
    assertThat(found.select("spans").distinct().first().<Integer>getList(0)).containsExactly(0, 52);
    found.unpersist();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void noWindowOfWhatIsLeftStandsTwiceUnlessOverACut(long seed) {
    Random choices = new Random(seed);
    List<String> phrases = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      phrases.add(words(3 + choices.nextInt(9)));
    }
    Map<String, String> texts = new TreeMap<>();
    for (int i = 0; i < 40; i++) {
      StringBuilder text = new StringBuilder();
      for (int phrase = 0; phrase < 12; phrase++) {
        text.append(phrases.get(choices.nextInt(12)));
      }
      texts.put("d" + i, text.toString());
    }
    Map<String, String> pieces = new TreeMap<>();
    cut(texts, 10, 3, "|")
        .forEach(
            (id, text) -> {
              for (String piece : text.split("\\|", -1)) {
                pieces.put(id + "-" + pieces.size(), piece);
              }
            });
    assertThat(pieces).hasSizeGreaterThan(texts.size());
    assertThat(found(pieces, 10, 3)).isEmpty();
  }

  /** What was apart has come together: this is why a second run may find more. */
  @Test
  void aCutCanBringARepeatAbout() {
    String first = words(60);
    String second = words(60);
    String before = words(25);
    String behind = words(25);
    Map<String, String> once =
        removed(
            Map.of(
                "a",
                first,
                "b",
                second,
                "c",
                before + first + behind,
                "d",
                before + second + behind),
            N,
            2);
    assertThat(once).containsEntry("c", before + behind).containsEntry("d", before + behind);
    assertThat(removed(once, N, 2)).containsEntry("c", before + behind).containsEntry("d", "");
  }

  private static Map<String, String> removed(
      Map<String, String> texts, int numTokens, int numPartitions) {
    return cut(texts, numTokens, numPartitions, "");
  }

  private static Map<String, String> cut(
      Map<String, String> texts, int numTokens, int numPartitions, String mask) {
    Dataset<Row> documents = documents(texts, numPartitions);
    Dataset<Row> spans = RepeatedSubstrings.find(documents, numTokens);
    Map<String, String> cut = new TreeMap<>();
    for (Row row : CutDocuments.cut(documents, spans, mask).collectAsList()) {
      cut.put(row.getAs("id"), row.getAs("text"));
    }
    assertThat(cut).containsEntry("no text", null);
    cut.remove("no text");
    spans.unpersist();
    return cut;
  }

  /** The numbers of the repeated tokens, by id. */
  private static Map<String, BitSet> found(
      Map<String, String> texts, int numTokens, int numPartitions) {
    Dataset<Row> spans = RepeatedSubstrings.find(documents(texts, numPartitions), numTokens);
    Map<String, BitSet> found = new TreeMap<>();
    for (Row row : spans.collectAsList()) {
      List<Integer> bounds = row.getList(1);
      BitSet tokens = found.computeIfAbsent(row.getString(0), unused -> new BitSet());
      for (int i = 0; i < bounds.size(); i += 2) {
        tokens.set(bounds.get(i), bounds.get(i + 1));
      }
    }
    spans.unpersist();
    return found;
  }

  private static Dataset<Row> documents(Map<String, String> texts, int numPartitions) {
    List<Row> rows = new ArrayList<>();
    texts.forEach((id, text) -> rows.add(RowFactory.create(id, text)));
    Collections.shuffle(rows, new Random(numPartitions));
    rows.add(RowFactory.create("no text", null));
    return TestDocuments.rows("id STRING, text STRING", rows).repartition(numPartitions);
  }

  /** Words of a small vocabulary and Han characters, separated in many ways. */
  private String phrase(int numTokens, int vocabulary) {
    StringBuilder phrase = new StringBuilder();
    for (int i = 0; i < numTokens; i++) {
      phrase.append(random.nextInt(3) == 0 ? "磨" : " w").append(random.nextInt(vocabulary));
      phrase.append(List.of("", " ", ", ", ".\n\n(", "-").get(random.nextInt(5)));
    }
    return phrase.toString();
  }

  /** Words that no other call gives, each with a space behind it. */
  private String words(int numWords) {
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < numWords; i++) {
      words.append("W").append(Long.toString(random.nextLong() >>> 1, 36)).append(' ');
    }
    return words.toString();
  }

  private String characters(int numCharacters) {
    StringBuilder characters = new StringBuilder();
    for (int i = 0; i < numCharacters; i++) {
      characters.appendCodePoint(0x4E00 + random.nextInt(20_000));
    }
    return characters.toString();
  }
}
