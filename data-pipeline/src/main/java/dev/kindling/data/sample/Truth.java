package dev.kindling.data.sample;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.sample.GrammarEntropy.Entropy;
import dev.kindling.data.sample.PagePlan.Page;
import dev.kindling.data.sample.PageText.Planted;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a sample corpus holds, counted while it is written:
 *
 * <ul>
 *   <li>{@code stories}, {@code pages} and {@code formats}: stories per language, pages per kind
 *       and per format;
 *   <li>{@code planted}: e-mail and IP addresses;
 *   <li>{@code expected}: what cleaning must report, given {@code languages: [en, zh]}, at least 40
 *       and at most 100 minimum characters, and chunks of 2000 characters or more (or whole files);
 *   <li>{@code entropy}: per language, the entropy of a story in nats, exact (see {@link
 *       GrammarEntropy}), and as a rate per character. No model can have a lower mean loss per
 *       character on an endless stream of stories of that language, ends included; one that has
 *       seen the held-out stories can. It is a floor for that one distribution only: the whole
 *       corpus also has the choice of the language, near-duplicates and addresses in it.
 * </ul>
 */
final class Truth {
  private final SampleCorpusConfig config;
  private final PagePlan plan;
  private final List<Grammar> grammars;
  private final SortedMap<String, Integer> stories = new TreeMap<>();
  private final SortedMap<String, Integer> formats = new TreeMap<>();
  private final SortedMap<String, Integer> kept = new TreeMap<>();
  private int numEmails;
  private int numIpAddresses;

  Truth(SampleCorpusConfig config, PagePlan plan, List<Grammar> grammars) {
    this.config = config;
    this.plan = plan;
    this.grammars = grammars;
  }

  void add(int place, Page page, Planted planted) {
    formats.merge(CrawlWriter.Format.of(place).label(), 1, Integer::sum);
    numEmails += planted.numEmails();
    numIpAddresses += planted.numIpAddresses();
    if (page.kind() == PageKind.STORY) {
      stories.merge(planted.language(), 1, Integer::sum);
    }
    boolean stays =
        switch (page.kind()) {
          case STORY, NEAR_DUPLICATE, ADDRESSES -> true;
          case EXACT_DUPLICATE, GIBBERISH, TOO_SHORT, WRONG_LANGUAGE, BROKEN_UTF8 -> false;
        };
    if (stays) {
      kept.merge(planted.language(), 1, Integer::sum);
    }
  }

  ObjectNode toJson() {
    Map<PageKind, Integer> pages = plan.counts();
    ObjectNode json = Manifest.newDetails();
    json.put("seed", config.seed());
    json.put("documents", plan.numPages());
    put(json.putObject("stories"), stories);
    put(json.putObject("formats"), formats);
    ObjectNode kinds = json.putObject("pages");
    kinds.put("story", pages.get(PageKind.STORY));
    kinds.put("exactDuplicate", pages.get(PageKind.EXACT_DUPLICATE));
    kinds.put("nearDuplicate", pages.get(PageKind.NEAR_DUPLICATE));
    kinds.put("withAddresses", pages.get(PageKind.ADDRESSES));
    kinds.put("gibberish", pages.get(PageKind.GIBBERISH));
    kinds.put("tooShort", pages.get(PageKind.TOO_SHORT));
    kinds.put("wrongLanguage", pages.get(PageKind.WRONG_LANGUAGE));
    kinds.put("brokenUtf8", pages.get(PageKind.BROKEN_UTF8));
    json.putObject("planted").put("emails", numEmails).put("ipAddresses", numIpAddresses);
    putExpected(json.putObject("expected"), pages);
    ObjectNode entropy = json.putObject("entropy");
    for (Grammar grammar : grammars) {
      putEntropy(entropy.putObject(grammar.language()), GrammarEntropy.of(grammar));
    }
    entropy.put(
        "meaning",
        "exact entropy of one story, and its rate over an endless stream of stories of one"
            + " language: the least mean loss that a model can reach on such text and on no other");
    return json;
  }

  private void putExpected(ObjectNode expected, Map<PageKind, Integer> pages) {
    expected.put("read", plan.numPages());
    expected.put("kept", kept.values().stream().mapToInt(Integer::intValue).sum());
    expected
        .putObject("rejected")
        .put("exact-duplicate", pages.get(PageKind.EXACT_DUPLICATE))
        .put("gibberish", pages.get(PageKind.GIBBERISH))
        .put("too-short", pages.get(PageKind.TOO_SHORT))
        .put("wrong-language", pages.get(PageKind.WRONG_LANGUAGE));
    expected.putObject("quarantined").put("broken-utf-8", pages.get(PageKind.BROKEN_UTF8));
    put(expected.putObject("keptByLanguage"), kept);
    expected.put("maskedEmails", numEmails);
    expected.put("maskedIpAddresses", numIpAddresses);
  }

  private static void putEntropy(ObjectNode node, Entropy entropy) {
    node.put("natsPerStory", entropy.natsPerStory());
    node.put("charactersPerStory", entropy.charactersPerStory());
    node.put("bytesPerStory", entropy.bytesPerStory());
    node.put("natsPerCharacter", entropy.natsPerCharacter());
    node.put("bitsPerCharacter", entropy.bitsPerCharacter());
    node.put("bitsPerByte", entropy.bitsPerByte());
  }

  private static void put(ObjectNode node, SortedMap<String, Integer> counts) {
    counts.forEach(node::put);
  }
}
