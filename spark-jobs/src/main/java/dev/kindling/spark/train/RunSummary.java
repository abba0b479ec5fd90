package dev.kindling.spark.train;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * The run in numbers: the content of {@code summary.json}, in snake case. Losses are nats per
 * token.
 *
 * @param validationLoss of the final parameters, over the whole validation split, whatever part of
 *     it is measured while training
 * @param unigramLoss what a model that knows only the tokens' frequencies would reach
 * @param uniformLoss ln V, what a model that knows nothing reaches
 * @param trainingLoss mean over the replicas in the last step
 * @param parameters P
 * @param replicas R; of an elastic run the most that a round takes
 * @param steps optimiser steps of every replica
 * @param skippedSteps steps that a replica left out, every replica's counted
 * @param rounds averages taken
 * @param tokens training tokens seen by all replicas together
 * @param tokensPerSecond over {@code seconds}
 * @param seconds wall-clock of all rounds, computing and averaging
 * @param computeSeconds the slowest replica's time in local steps, summed over the rounds
 * @param averagingSeconds the rest of the rounds: all-gather, reduce-scatter, outer step,
 *     scheduling
 * @param bytesMoved payload of all-gathers and reduce-scatters
 * @param checkpoint the last checkpoint, relative to the run directory
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record RunSummary(
    double validationLoss,
    double unigramLoss,
    double uniformLoss,
    double trainingLoss,
    long parameters,
    int replicas,
    long steps,
    long skippedSteps,
    long rounds,
    long tokens,
    double tokensPerSecond,
    double seconds,
    double computeSeconds,
    double averagingSeconds,
    long bytesMoved,
    String checkpoint) {}
