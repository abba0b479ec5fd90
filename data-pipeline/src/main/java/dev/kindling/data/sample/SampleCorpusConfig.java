package dev.kindling.data.sample;

/**
 * The size of an embedded corpus.
 *
 * @param seed equal seeds and sizes give equal bytes
 * @param documents how many clean stories to write, before defects are planted
 */
public record SampleCorpusConfig(long seed, int documents) {}
