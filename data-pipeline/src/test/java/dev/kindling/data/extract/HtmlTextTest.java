package dev.kindling.data.extract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HtmlTextTest {
  private static final String STORY = "This is a sentence of the story, as long as they come.";

  @Test
  void paragraphsAreJoinedByBlankLines() {
    assertThat(HtmlText.of("<p>" + STORY + "</p><div>" + STORY + "</div>"))
        .isEqualTo(STORY + "\n\n" + STORY);
  }

  @Test
  void scriptsControlsAndNavigationAreDropped() {
    assertThat(
            HtmlText.of(
                "<nav>"
                    + STORY
                    + "</nav><script>var story = 1;</script><form><textarea>"
                    + STORY
                    + "</textarea></form><p>"
                    + STORY
                    + " "
                    + STORY
                    + "</p><footer>"
                    + STORY
                    + "</footer>"))
        .isEqualTo(STORY + " " + STORY);
  }

  @Test
  void aPageWrappedInAFormKeepsItsTextButNotTheControls() {
    assertThat(
            HtmlText.of(
                "<form action='.'><input value='state'><p>"
                    + STORY
                    + "</p><select><option>"
                    + STORY
                    + "</option></select><button>Send it all away now!</button></form>"))
        .isEqualTo(STORY);
  }

  @Test
  void elementsThatCallThemselvesBoilerplateAreDropped() {
    assertThat(
            HtmlText.of(
                "<div class='left-sidebar'>"
                    + STORY
                    + "</div><div id='cookie_notice'>"
                    + STORY
                    + "</div><p>"
                    + STORY
                    + STORY
                    + STORY
                    + "</p>"))
        .isEqualTo(STORY + STORY + STORY);
  }

  @Test
  void aPageWhoseContentHasABadNameDoesNotVanish() {
    assertThat(HtmlText.of("<div class='with-sidebar'><p>" + STORY + "</p></div>"))
        .isEqualTo(STORY);
  }

  @Test
  void onlyMainIsLookedAtWhereThereIsOne() {
    assertThat(HtmlText.of("<p>" + STORY + "</p><main><p>The end.</p></main>"))
        .isEqualTo("The end.");
  }

  @Test
  void blocksThatAreMostlyLinksAreDropped() {
    assertThat(
            HtmlText.of(
                "<p><a href='/next'>"
                    + STORY
                    + "</a> Go.</p><p>"
                    + STORY
                    + " <a href='/x'>More</a></p>"))
        .isEqualTo(STORY + " More");
  }

  @Test
  void shortBlocksStayOnlyIfTheyEndLikeASentence() {
    assertThat(HtmlText.of("<p>Share</p><p>The end.</p><p>完。</p><p>分享</p>"))
        .isEqualTo("The end.\n\n完。");
    String at24 = "123456789 123456789 1234";
    assertThat(HtmlText.of("<p>" + at24 + "</p><p>" + at24 + "5</p>")).isEqualTo(at24 + "5");
  }

  @Test
  void aHeadingStaysWithTheTextBelowIt() {
    assertThat(
            HtmlText.of(
                "<h1>A story</h1><p>"
                    + STORY
                    + "</p><h2>Comments</h2><h2>Part two</h2><p>"
                    + STORY
                    + "</p><h2>Tags</h2>"))
        .isEqualTo("A story\n\n" + STORY + "\n\nPart two\n\n" + STORY);
  }

  @Test
  void whiteSpaceIsThatOfABrowser() {
    assertThat(HtmlText.of("<p>  One \n two<br>three.  </p><pre>a\n  b.</pre>"))
        .isEqualTo("One two\nthree.\n\na\n  b.");
  }

  @Test
  void entitiesAreCharacters() {
    assertThat(HtmlText.of("<p>&quot;Tom &amp; Anna &lt;3&quot;, said she.</p>"))
        .isEqualTo("\"Tom & Anna <3\", said she.");
  }

  @Test
  void brokenAndDeepMarkupIsRead() {
    assertThat(HtmlText.of("<p>" + STORY + "<p><b>" + STORY)).isEqualTo(STORY + "\n\n" + STORY);
    assertThat(HtmlText.of("<div>".repeat(20_000) + STORY)).isEqualTo(STORY);
    assertThat(HtmlText.of("")).isEmpty();
  }
}
