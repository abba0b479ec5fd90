package dev.kindling.data.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.data.sample.GrammarEntropy.Entropy;
import dev.kindling.data.sample.StorySampler.Story;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrammarTest {
  @Test
  void theEntropyOfASmallGrammarIsWhatPaperAndPencilGive() {
    Grammar grammar =
        GrammarParser.parse(
            "en",
            """
            separator space
            slot hero: name
              Al
              Barbara
            rule story
              [3] {hero.name} ran {far*1-2}.
              {hero.name} slept.
            rule far
              far
              away
            """);

    Entropy entropy = GrammarEntropy.of(grammar);

    double choice = -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25);
    double repeats = Math.log(2) + 1.5 * Math.log(2);
    assertThat(entropy.natsPerStory())
        .isCloseTo(Math.log(2) + choice + 0.75 * repeats, within(1e-12));
    double ran = " ran .".length() + 1.5 * 3.5 + 0.5;
    assertThat(entropy.charactersPerStory())
        .isCloseTo(4.5 + 0.75 * ran + 0.25 * " slept.".length(), within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "zh"})
  void noStoryHasTwoDerivationsSoThatTheEntropyIsThatOfTheText(String language) {
    Grammar grammar = GrammarParser.load(language);
    for (int i = 0; i < 300; i++) {
      Story story = StorySampler.sample(grammar, new RandomStream(11, i));
      assertThat(StoryLikelihood.surprise(grammar, story.text()))
          .as(story.text())
          .isCloseTo(story.surprise(), within(1e-9));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "zh"})
  void theComputedEntropyAgreesWithSampledStories(String language) {
    Grammar grammar = GrammarParser.load(language);
    Entropy entropy = GrammarEntropy.of(grammar);
    int numStories = 20_000;
    double sum = 0;
    double sumOfSquares = 0;
    double characters = 0;
    for (int i = 0; i < numStories; i++) {
      Story story = StorySampler.sample(grammar, new RandomStream(5, i));
      sum += story.surprise();
      sumOfSquares += story.surprise() * story.surprise();
      characters += story.text().codePointCount(0, story.text().length());
    }
    double mean = sum / numStories;
    double standardError = Math.sqrt((sumOfSquares / numStories - mean * mean) / numStories);
    assertThat(entropy.natsPerStory()).isCloseTo(mean, within(4 * standardError));
    assertThat(entropy.charactersPerStory())
        .isCloseTo(characters / numStories, within(0.01 * entropy.charactersPerStory()));
  }

  @Test
  void englishStoriesAreRichEnoughToLearnFrom() {
    Grammar grammar = GrammarParser.load("en");
    Set<String> words = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      String text = StorySampler.sample(grammar, new RandomStream(1, i)).text();
      assertThat(text).hasSizeBetween(450, 1400);
      for (String word : text.split("[^A-Za-z']+", -1)) {
        words.add(word);
      }
    }
    assertThat(words).hasSizeGreaterThan(450);
  }

  @Test
  void chineseStoriesAreRichEnoughToLearnFrom() {
    Grammar grammar = GrammarParser.load("zh");
    Set<Integer> characters = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      String text = StorySampler.sample(grammar, new RandomStream(1, i)).text();
      assertThat(text).hasSizeBetween(150, 500);
      text.codePoints().forEach(characters::add);
    }
    assertThat(characters).hasSizeGreaterThan(450);
  }

  @Test
  void equalKeysGiveEqualStories() {
    Grammar grammar = GrammarParser.load("en");
    Story one = StorySampler.sample(grammar, new RandomStream(3, 4));
    assertThat(StorySampler.sample(grammar, new RandomStream(3, 4))).isEqualTo(one);
    assertThat(StorySampler.sample(grammar, new RandomStream(3, 5))).isNotEqualTo(one);
  }

  @Test
  void aGrammarWhoseStoriesMayHideASlotIsRefused() {
    String text =
        """
        slot hero: name they
          Al | he
        rule story
          {hero.name} ran.
          Then {hero.they} ran.
        """;
    assertThatThrownBy(() -> GrammarParser.parse("en", text))
        .hasMessageContaining("some story does not name the slot 'hero'");
  }

  @Test
  void aGrammarThatContainsItselfIsRefused() {
    assertThatThrownBy(() -> GrammarParser.parse("en", "rule story\n  and {story}\n"))
        .hasMessageContaining("contains itself");
  }

  @Test
  void aReferenceToNothingIsRefused() {
    assertThatThrownBy(() -> GrammarParser.parse("en", "rule story\n  {tail}\n"))
        .hasMessageContaining("there is no rule {tail}");
  }
}
