package dev.kindling.data.signal;

/** Gopher's repetition signals, counted over hashes as datatrove counts them over strings. */
final class RepetitionSignals {
  private static final int MAX_TOP = 4;
  private static final int MIN_DUPLICATE = 5;
  private static final int MAX_DUPLICATE = 10;
  private static final int NUM_CHARACTERS = 10;

  private final String text;
  private final double numCharacters;
  private final SignalValues values;
  private final HashCounts counts = new HashCounts();

  RepetitionSignals(String text, SignalValues values) {
    this.text = text;
    this.numCharacters = values.get(Signal.CHARACTERS);
    this.values = values;
  }

  /** Needs {@link Signal#CHARACTERS}. */
  void compute(Spans paragraphs, Spans nonBlankLines, WordFeatures words) {
    Duplicates duplicate = duplicates(paragraphs);
    values.setRatio(Signal.DUP_PARAGRAPH_FRACTION, duplicate.elements, paragraphs.size());
    values.setRatio(Signal.DUP_PARAGRAPH_CHAR_FRACTION, duplicate.characters, numCharacters);
    Spans parts = Spans.partsBetweenLineFeeds(text);
    duplicate = duplicates(parts);
    values.setRatio(Signal.DUP_LINE_FRACTION, duplicate.elements, parts.size());
    values.setRatio(Signal.DUP_LINE_CHAR_FRACTION, duplicate.characters, numCharacters);
    duplicate = duplicates(nonBlankLines);
    long lineFeeds = numLineFeeds();
    values.setRatio(
        Signal.DUP_NON_BLANK_LINE_CHAR_FRACTION, duplicate.characters, numCharacters - lineFeeds);
    values.setRatio(Signal.NEWLINES_PER_WORD, lineFeeds, words.size());
    computeTopGrams(words);
    computeDuplicateGrams(words);
    computeDuplicateCharacters();
  }

  private long numLineFeeds() {
    long lineFeeds = 0;
    for (int i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) {
      lineFeeds++;
    }
    return lineFeeds;
  }

  private record Duplicates(int elements, int characters) {}

  private Duplicates duplicates(Spans spans) {
    counts.reset(spans.size());
    int elements = 0;
    int characters = 0;
    for (int i = 0; i < spans.size(); i++) {
      if (counts.add(SpanHash.of(text, spans.start(i), spans.end(i))) > 1) {
        elements++;
        characters += text.codePointCount(spans.start(i), spans.end(i));
      }
    }
    return new Duplicates(elements, characters);
  }

  private void computeTopGrams(WordFeatures words) {
    WordGrams grams = WordGrams.joinedBySpaces(words);
    for (int n = 2; n <= MAX_TOP; n++) {
      grams.extend();
      values.setRatio(gram("TOP", n), charactersOfMostFrequent(grams), numCharacters);
    }
  }

  private long charactersOfMostFrequent(WordGrams grams) {
    counts.reset(grams.size());
    for (int i = 0; i < grams.size(); i++) {
      counts.add(grams.hash(i));
    }
    long best = 0;
    int mostFrequent = 0;
    for (int i = 0; i < grams.size(); i++) {
      int count = counts.count(grams.hash(i));
      if (count > mostFrequent) {
        mostFrequent = count;
        best = (long) count * grams.length(i);
      }
    }
    return best;
  }

  private void computeDuplicateGrams(WordFeatures words) {
    WordGrams grams = WordGrams.concatenated(words);
    for (int n = 2; n <= MAX_DUPLICATE; n++) {
      grams.extend();
      if (n >= MIN_DUPLICATE) {
        values.setRatio(gram("DUP", n), charactersOfDuplicates(grams, n), numCharacters);
      }
    }
  }

  private long charactersOfDuplicates(WordGrams grams, int n) {
    counts.reset(grams.size());
    long characters = 0;
    int i = 0;
    while (i < grams.size()) {
      if (counts.add(grams.hash(i)) > 1) {
        characters += grams.length(i);
        i += n;
      } else {
        i++;
      }
    }
    return characters;
  }

  private void computeDuplicateCharacters() {
    int[] visible = new int[(int) numCharacters];
    int numVisible = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (!Characters.isSpace(c)) {
        visible[numVisible++] = c;
      }
    }
    counts.reset(numVisible);
    WindowHash window = new WindowHash(NUM_CHARACTERS);
    int inWindow = 0;
    long characters = 0;
    for (int i = 0; i < numVisible; i++) {
      boolean full = inWindow == NUM_CHARACTERS;
      long hash =
          full ? window.slide(visible[i - NUM_CHARACTERS], visible[i]) : window.append(visible[i]);
      inWindow += full ? 0 : 1;
      if (inWindow == NUM_CHARACTERS && counts.add(hash) > 1) {
        characters += NUM_CHARACTERS;
        window.clear();
        inWindow = 0;
      }
    }
    values.setRatio(Signal.DUP_10_CHARACTERS_FRACTION, characters, numVisible);
  }

  private static Signal gram(String kind, int n) {
    return Signal.valueOf(kind + "_" + n + "_GRAM_CHAR_FRACTION");
  }
}
