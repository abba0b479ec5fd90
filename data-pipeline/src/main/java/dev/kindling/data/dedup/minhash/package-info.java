/**
 * Fuzzy deduplication: near-duplicates by MinHash and locality-sensitive hashing (Broder 1997; Lee
 * et al. 2022), in the steps of {@link dev.kindling.data.dedup.minhash.MinHashDuplicates}.
 *
 * <p>In reading order: {@code MinHashConfig}, {@code MinHashDuplicates}, {@code MinHashSignatures},
 * {@code NearDuplicatePairs}, {@code ConnectedComponents}.
 */
package dev.kindling.data.dedup.minhash;
