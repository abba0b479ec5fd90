package dev.kindling.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WordPieceTest {
  private static final WordPieceTokenizer BERT =
      tokenizer(BertNormalizer.bert(true), "un", "##aff", "##able", "##ab", "a", "!", "中", "cafe");

  @Test
  void aWordIsCutIntoItsLongestPiecesFromTheLeft() {
    assertThat(BERT.encode("UNAFFABLE a!")).containsExactly(5, 6, 7, 9, 10);
    assertThat(BERT.decode(new int[] {5, 6, 7, 9, 10})).isEqualTo("unaffable a!");
  }

  @Test
  void aWordThatCannotBeCutIsUnknownAsAWhole() {
    assertThat(BERT.encode("unaffx a")).containsExactly(1, 9);
    assertThat(BERT.encode("a".repeat(101))).containsExactly(1);
  }

  @Test
  void theNormalizerStripsAccentsControlsAndSpacesIdeographs() {
    assertThat(BERT.encode("Ca\u0000f\u00e9\u200b中a")).containsExactly(12, 11, 9);
  }

  @Test
  void theNameOfASpecialTokenInTextIsText() {
    assertThat(BERT.encode("[SEP]")).containsExactly(1, 1, 1);
    assertThat(BERT.endOfTextId()).hasValue(3);
    assertThat(BERT.decode(new int[] {2, 9, 3})).isEqualTo("a");
  }

  @Test
  void aWorkedExampleIsLearned() {
    // ab 3, abb 2, b 1. Pairs: a+##b 5, ##b+##b 2, so ab first, then ab+##b.
    WordPieceTokenizer learned = learn(WORKED, 100, 2, 10);
    assertThat(contents(learned).subList(5, learned.vocabSize()))
        .containsExactly("a", "b", "##b", "ab", "abb");
    assertThat(contents(learn(WORKED, 100, 3, 10)).subList(5, 9))
        .containsExactly("a", "b", "##b", "ab");
    assertThat(contents(learn(WORKED, 100, 1, 1)).subList(5, 8))
        .containsExactly("b", "##b", "##bb");
  }

  @Test
  void theOrderOfTheWordsDoesNotMatter() {
    List<WordCount> words = words(TestTexts.story(3, 3_000), BertNormalizer.bert(true));
    byte[] json = TokenizerFile.toJson(learn(words, 300, 2, 50));
    Collections.shuffle(words, new Random(5));
    assertThat(TokenizerFile.toJson(learn(words, 300, 2, 50))).isEqualTo(json);
  }

  @Test
  void savingAndLoadingGivesTheSameFile() {
    for (boolean lowercase : new boolean[] {true, false}) {
      byte[] json = TokenizerFile.toJson(learned(lowercase));
      assertThat(TokenizerFile.toJson(TokenizerFile.parse(json))).isEqualTo(json);
    }
  }

  @Test
  void settingsThatWouldGiveOtherIdsAreRefused() {
    String json = new String(TokenizerFile.toJson(BERT), StandardCharsets.UTF_8);
    for (String[] change :
        new String[][] {
          {"\"prefix\" : \"##\"", "\"prefix\" : \"@@\""},
          {"\"cleanup\" : true", "\"cleanup\" : false"},
          {"\"max_input_chars_per_word\" : 100", "\"max_input_chars_per_word\" : 99"},
          {"\"lowercase\" : true", "\"lowercase\" : 1"},
          {"\"type\" : \"BertNormalizer\"", "\"type\" : \"NFC\""},
          {"\"type\" : \"BertPreTokenizer\"", "\"type\" : \"Whitespace\""},
          {"\"unk_token\" : \"[UNK]\"", "\"unk_token\" : \"a\""},
          {"[SEP]", "[END]"},
          {"\"cafe\"", "\"\""}
        }) {
      String changed = json.replace(change[0], change[1]);
      assertThat(changed).isNotEqualTo(json);
      assertThatThrownBy(() -> TokenizerFile.parse(changed.getBytes(StandardCharsets.UTF_8)))
          .as(change[1])
          .isInstanceOf(InvalidInputException.class);
    }
  }

  private static final List<WordCount> WORKED =
      List.of(new WordCount("ab", 3), new WordCount("abb", 2), new WordCount("b", 1));

  /** A tokenizer that has learned English and Chinese. */
  static WordPieceTokenizer learned(boolean lowercase) {
    BertNormalizer normalizer = BertNormalizer.bert(lowercase);
    String text = TestTexts.story(1, 4_000) + " abcd ABC d'a 0123 e\u0301 é ";
    return WordPieceLearner.learn(words(text.repeat(2), normalizer), normalizer, 600, 2, 200);
  }

  private static WordPieceTokenizer learn(
      List<WordCount> words, int vocabSize, int minFrequency, int limitAlphabet) {
    return WordPieceLearner.learn(
        words, BertNormalizer.bert(true), vocabSize, minFrequency, limitAlphabet);
  }

  private static List<String> contents(WordPieceTokenizer tokenizer) {
    return IntStream.range(0, tokenizer.vocabSize()).mapToObj(tokenizer::contentOf).toList();
  }

  private static List<WordCount> words(String text, BertNormalizer normalizer) {
    Map<String, Long> counts = new HashMap<>();
    char[] characters = text.toCharArray();
    new BertWords(normalizer.normalize(characters, 0, characters.length))
        .forEachRemaining(word -> counts.merge(word, 1L, Long::sum));
    List<WordCount> words = new ArrayList<>();
    counts.forEach((word, count) -> words.add(new WordCount(word, count)));
    return words;
  }

  static WordPieceTokenizer tokenizer(BertNormalizer normalizer, String... pieces) {
    Map<String, Integer> ids = new HashMap<>();
    TreeMap<Integer, String> specialTokens = new TreeMap<>();
    WordPieceLearner.SPECIAL_TOKENS.forEach(
        token -> specialTokens.put(specialTokens.size(), token));
    for (String piece : pieces) {
      ids.put(piece, specialTokens.size() + ids.size());
    }
    return new WordPieceTokenizer(
        normalizer, new Vocabulary(specialTokens.size() + ids.size(), ids, specialTokens));
  }
}
