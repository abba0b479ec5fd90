/**
 * Batch scoring: what a model says about every row of a corpus or a table, as one Spark job.
 *
 * <p>{@link dev.kindling.spark.score.ScoreJob} is the flow of the command, {@link
 * dev.kindling.spark.score.LanguageModelScorer} the same for Spark ML; {@link
 * dev.kindling.spark.score.ScoredRows} is what a task does. {@code plan} says what is asked, {@code
 * prompt} how rows become prompts, {@code mode} how each mode asks, {@code executor} where the
 * models live.
 */
package dev.kindling.spark.score;
