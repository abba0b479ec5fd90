package dev.kindling.spark.generations;

/**
 * A model that was not trained to its end; the same command tries it again.
 *
 * @param model the generation
 * @param reason in one line
 */
public record FailedModel(String model, String reason) {}
