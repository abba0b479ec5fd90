/**
 * What can be asked of a model about a row, one class for each {@link
 * dev.kindling.spark.score.plan.ScoreMode}: reading rows, asking, and the values of the added
 * columns. The asking itself is {@code dev.kindling.model.score}.
 */
package dev.kindling.spark.score.mode;
