package dev.kindling.spark.sweep.cluster;

/**
 * What one size of the cluster came to: a run among others that differ in W and H only.
 *
 * @param run its number in the sweep
 * @param group what it shares with the others, such as {@code model.numLayers=4 tokens=1000000};
 *     empty if nothing else varies
 * @param parameters N
 * @param tokens D, the same for the group but for the rounding to whole steps
 * @param replicas W
 * @param localSteps H
 * @param replicaBatchSize sequences of one replica in one step
 * @param scaling what the efficiency compares; null with one replica, and where there is none
 * @param efficiency against one replica; null where it cannot be told, for the reason in {@code
 *     note}
 * @param tokensPerSecond of all replicas
 * @param bytesPerStep payload between replicas, per optimiser step
 * @param lossAtEqualTokens the loss at the end of the run, nats per token
 * @param equalSeconds the wall-clock of the shortest run of the group
 * @param lossAtEqualSeconds the validation loss at that time; null where none was measured before
 * @param note what the numbers do not say; empty mostly
 */
public record ClusterRow(
    int run,
    String group,
    long parameters,
    long tokens,
    int replicas,
    int localSteps,
    int replicaBatchSize,
    Scaling scaling,
    Double efficiency,
    double tokensPerSecond,
    double bytesPerStep,
    double lossAtEqualTokens,
    double equalSeconds,
    Double lossAtEqualSeconds,
    String note) {}
