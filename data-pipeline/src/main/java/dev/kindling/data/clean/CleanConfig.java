package dev.kindling.data.clean;

import java.util.List;

/**
 * The thresholds of cleaning.
 *
 * @param minCharacters a shorter text is rejected
 * @param maxCharacters a longer text is rejected
 * @param languages the languages to keep; empty keeps all
 * @param maskPersonalData whether e-mail and IP addresses are replaced
 * @param deduplicate whether exact duplicates are rejected
 * @param maxQuarantinedFraction the job fails above this fraction of unreadable records
 */
public record CleanConfig(
    int minCharacters,
    int maxCharacters,
    List<String> languages,
    boolean maskPersonalData,
    boolean deduplicate,
    double maxQuarantinedFraction) {}
