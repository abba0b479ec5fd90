/**
 * Batch scoring: how likely a model finds every document of a corpus, as one Spark job. {@link
 * dev.kindling.spark.score.ScoreJob} is the flow, {@link dev.kindling.spark.score.RollingWindows}
 * what is asked of the model, {@link dev.kindling.spark.score.DocumentScorer} the asking.
 */
package dev.kindling.spark.score;
