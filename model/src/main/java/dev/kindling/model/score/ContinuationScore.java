package dev.kindling.model.score;

/**
 * What a decoder says of a {@link Continuation}.
 *
 * @param logLikelihood ln p(continuation | context), in nats
 * @param greedy whether every token of the continuation is the likeliest one behind those before
 *     it; of equally likely ones the first id counts
 */
public record ContinuationScore(double logLikelihood, boolean greedy) {}
