package dev.kindling.spark.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.spark.parallel.Mesh;

/**
 * What the driver needs to go on: the content of {@code trainer.json}.
 *
 * @param step optimiser steps done by every replica
 * @param round averages taken
 * @param tokens training tokens seen by all replicas together
 * @param seed of initialisation and data order; with {@code step} it is the data cursor
 * @param mesh the ranks that wrote it
 * @param numParameters P
 * @param settings every setting that decides the parameters, by its name; a run that goes on must
 *     agree with it
 * @param seconds wall-clock of all rounds so far
 * @param computeSeconds the part of it in local steps
 * @param bytesMoved payload moved so far
 */
public record TrainerState(
    long step,
    long round,
    long tokens,
    long seed,
    Mesh mesh,
    long numParameters,
    ObjectNode settings,
    double seconds,
    double computeSeconds,
    long bytesMoved) {}
