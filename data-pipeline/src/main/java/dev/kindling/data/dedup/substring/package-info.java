/**
 * Exact repeated substrings (Lee et al. 2022), found without a suffix array by hashes of windows.
 *
 * <p>In reading order: {@code RepeatedSubstrings}, {@code WindowRuns}, {@code TokenSpans}.
 */
package dev.kindling.data.dedup.substring;
