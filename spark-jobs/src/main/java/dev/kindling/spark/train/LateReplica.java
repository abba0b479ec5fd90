package dev.kindling.spark.train;

/**
 * A replica whose contribution has joined a later round than it was begun for.
 *
 * @param replica its number
 * @param staleness by how many rounds it was late
 * @param loss mean of its local steps, nats per token
 */
public record LateReplica(int replica, int staleness, double loss) {}
