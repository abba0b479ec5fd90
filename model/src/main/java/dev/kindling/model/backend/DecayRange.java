package dev.kindling.model.backend;

/**
 * A part of a flat vector of parameters, and how it decays.
 *
 * @param start the first element
 * @param end behind the last element
 * @param weightDecay of AdamW; 0 where nothing decays
 */
public record DecayRange(long start, long end, double weightDecay) {}
