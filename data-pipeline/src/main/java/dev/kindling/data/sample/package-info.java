/**
 * The embedded corpus: stories drawn from a probabilistic grammar, rendered like a small web crawl
 * with defects in known numbers. What cleaning must find and what loss a model can reach at best
 * are known before anything runs, and stand beside the corpus. Start at {@link
 * dev.kindling.data.sample.SampleCorpus}.
 */
package dev.kindling.data.sample;
