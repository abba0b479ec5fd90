/**
 * Training as Spark dataflow. {@link dev.kindling.spark.train.TrainingRun} is the loop, {@link
 * dev.kindling.spark.train.AveragingRound} one turn of it, and {@link
 * dev.kindling.spark.train.OuterOptimizer} what is done with the average.
 */
package dev.kindling.spark.train;
