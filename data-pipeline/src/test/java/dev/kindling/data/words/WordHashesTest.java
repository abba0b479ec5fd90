package dev.kindling.data.words;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WordHashesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        " - The miller's (old) mill. |The,miller's,old,mill",
        "3.14, 1,000. |3.14,1,000",
        "磨坊主，ok磨|磨,坊,主,ok,磨",
        "ภาษา ไทย|ภ,า,ษ,า,ไ,ท,ย",
        "กิน|กิ,น",
        "cafe\u0301s x|cafe\u0301s,x",
        "\u200Ba\u200D b|a\u200D,b",
        "𠀀𠀁 z|𠀀,𠀁,z"
      })
  void wordsStandWhereTheyAreWritten(String text, String words) {
    List<String> found = new ArrayList<>();
    WordHashes hashes = new WordHashes(text, WordForm.WRITTEN);
    while (hashes.next()) {
      found.add(text.substring(hashes.start(), hashes.end()));
    }
    assertThat(String.join(",", found)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({
    "The, the, false, true, true",
    "12, 13, false, false, true",
    "café, cafe, false, false, true",
    "don't, dont, false, true, true",
    "don't, don’t, false, true, true",
    "STRAẞE, straße, false, true, true",
    "mill, mill, true, true, true",
    "mill, mills, false, false, false"
  })
  void aFormSaysWhatCounts(
      String one, String other, boolean written, boolean lowerCase, boolean folded) {
    assertThat(equal(one, other, WordForm.WRITTEN)).isEqualTo(written);
    assertThat(equal(one, other, WordForm.LOWER_CASE)).isEqualTo(lowerCase);
    assertThat(equal(one, other, WordForm.FOLDED)).isEqualTo(folded);
  }

  @ParameterizedTest
  @EnumSource(WordForm.class)
  void whatSeparatesWordsDoesNotCount(WordForm form) {
    assertThat(equal("one two", "(one) -\n two!", form)).isTrue();
    assertThat(equal("天地", "天 地", form)).isTrue();
    assertThat(equal("one two", "onetwo", form)).isFalse();
  }

  @Test
  void aRollingHashIsThatOfTheLastWordsAlone() {
    RollingHash rolling = new RollingHash(3);
    for (long word = 1; word <= 7; word++) {
      assertThat(rolling.push(word)).isEqualTo(word >= 3);
    }
    RollingHash alone = new RollingHash(3);
    alone.push(5);
    alone.push(6);
    alone.push(7);
    assertThat(rolling.hash()).isEqualTo(alone.hash());
    alone.push(7);
    assertThat(rolling.hash()).isNotEqualTo(alone.hash());
  }

  private static boolean equal(String one, String other, WordForm form) {
    return hashes(one, form).equals(hashes(other, form));
  }

  private static List<Long> hashes(String text, WordForm form) {
    List<Long> found = new ArrayList<>();
    WordHashes words = new WordHashes(text, form);
    while (words.next()) {
      found.add(words.hash());
    }
    return found;
  }
}
