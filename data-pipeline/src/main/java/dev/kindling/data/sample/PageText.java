package dev.kindling.data.sample;

import dev.kindling.data.sample.PagePlan.Page;
import java.util.ArrayList;
import java.util.List;

/** The text of every page, as a function of the seed and the page. */
final class PageText {
  /**
   * A text and what was planted in it.
   *
   * @param language of the story behind it; {@code und} where there is none
   */
  record Planted(String text, String language, int numEmails, int numIpAddresses) {}

  private final long seed;
  private final int numStories;
  private final List<Grammar> grammars;

  PageText(long seed, int numStories, List<Grammar> grammars) {
    this.seed = seed;
    this.numStories = numStories;
    this.grammars = grammars;
  }

  Planted of(Page page) {
    RandomStream random =
        new RandomStream(seed, Purpose.DEFECT.key(), page.kind().key(), page.number());
    Grammar grammar = grammars.get(page.number() % grammars.size());
    return switch (page.kind()) {
      case STORY -> plain(story(Purpose.STORY, page.number()), grammar);
      case EXACT_DUPLICATE -> original(page, random);
      case NEAR_DUPLICATE -> nearDuplicate(page, random);
      case ADDRESSES ->
          withAddresses(story(Purpose.ADDRESSES_STORY, page.number()), grammar, random);
      case GIBBERISH -> nothing(Defects.gibberish(grammar.language(), random));
      case TOO_SHORT -> nothing(Defects.tooShort(grammar.language(), random));
      case WRONG_LANGUAGE -> nothing(Defects.wrongLanguage(random));
      case BROKEN_UTF8 -> plain(story(Purpose.BROKEN_STORY, page.number()), grammar);
    };
  }

  private String story(Purpose purpose, int number) {
    Grammar grammar = grammars.get(number % grammars.size());
    return StorySampler.sample(grammar, new RandomStream(seed, purpose.key(), number)).text();
  }

  /** One story of a stretch that is the page's own, so that no two pages repeat the same one. */
  private Planted original(Page page, RandomStream random) {
    int stretch = numStories / page.kind().numPages(numStories);
    int number = page.number() * stretch + random.nextInt(stretch);
    return plain(story(Purpose.STORY, number), grammars.get(number % grammars.size()));
  }

  /** A story that stays a story, but is not quite the one that it was. */
  private Planted nearDuplicate(Page page, RandomStream random) {
    Planted original = original(page, random);
    return new Planted(
        Defects.changeTwoSentences(original.text(), original.language(), random),
        original.language(),
        0,
        0);
  }

  private static Planted withAddresses(String story, Grammar grammar, RandomStream random) {
    int numEmails = random.nextInt(0, 2);
    int numIpAddresses = numEmails == 0 ? random.nextInt(1, 2) : random.nextInt(0, 2);
    List<String> sentences = new ArrayList<>();
    for (int i = 0; i < numEmails; i++) {
      sentences.add(Defects.emailSentence(grammar.language(), random));
    }
    for (int i = 0; i < numIpAddresses; i++) {
      sentences.add(Defects.ipSentence(grammar.language(), random));
    }
    String text = story + "\n\n" + String.join(grammar.separator(), sentences);
    return new Planted(text, grammar.language(), numEmails, numIpAddresses);
  }

  private static Planted plain(String text, Grammar grammar) {
    return new Planted(text, grammar.language(), 0, 0);
  }

  private static Planted nothing(String text) {
    return new Planted(text, "und", 0, 0);
  }
}
