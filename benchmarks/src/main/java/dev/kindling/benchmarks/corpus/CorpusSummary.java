package dev.kindling.benchmarks.corpus;

/**
 * What a corpus holds.
 *
 * @param recipe what decides it
 * @param bytes of all lines before compression
 * @param exactDuplicates documents with the text of an original
 * @param nearDuplicates documents with nearly that
 * @param menus pages of short lines that repeat
 * @param broken lines that are no record
 */
public record CorpusSummary(
    CorpusRecipe recipe,
    long bytes,
    long exactDuplicates,
    long nearDuplicates,
    long menus,
    long broken) {}
