package dev.kindling.data.tokenizer;

/**
 * How often a word occurs in the corpus.
 *
 * @param word as a {@link TextCounts.Splitter} cuts it, with its leading space
 * @param count its occurrences
 */
record WordCount(String word, long count) {}
