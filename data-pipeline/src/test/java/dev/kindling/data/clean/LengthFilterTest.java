package dev.kindling.data.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.Document;
import dev.kindling.data.clean.FilterDecision.Keep;
import dev.kindling.data.clean.FilterDecision.Reject;
import org.junit.jupiter.api.Test;

class LengthFilterTest {
  private final LengthFilter filter = new LengthFilter(3, 5);

  private FilterDecision test(String text) {
    return filter.test(new Document("id", text, "source", "en"));
  }

  @Test
  void underAtAndOverTheLowerLimit() {
    assertThat(test("ab"))
        .isEqualTo(new Reject("too-short", "2 characters, at least 3 are asked for"));
    assertThat(test("abc")).isInstanceOf(Keep.class);
    assertThat(test("abcd")).isInstanceOf(Keep.class);
  }

  @Test
  void underAtAndOverTheUpperLimit() {
    assertThat(test("abcd")).isInstanceOf(Keep.class);
    assertThat(test("abcde")).isInstanceOf(Keep.class);
    assertThat(test("abcdef"))
        .isEqualTo(new Reject("too-long", "6 characters, at most 5 are allowed"));
  }

  @Test
  void aCharacterIsACodePoint() {
    assertThat(test("😀😀")).isInstanceOf(Reject.class);
    assertThat(test("😀😀😀😀😀")).isInstanceOf(Keep.class);
  }

  @Test
  void anEmptyTextIsTooShort() {
    assertThat(test("")).isInstanceOf(Reject.class);
  }
}
