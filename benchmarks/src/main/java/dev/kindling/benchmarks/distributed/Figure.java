package dev.kindling.benchmarks.distributed;

/**
 * Something measured, and what it is to be.
 *
 * @param what in words
 * @param value a ratio, or what {@code what} says
 * @param target in words; empty where it is there to be compared with
 */
public record Figure(String what, double value, String target) {}
