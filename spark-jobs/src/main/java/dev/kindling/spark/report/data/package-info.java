/**
 * What became of a corpus, step by step, as one HTML page: {@link
 * dev.kindling.spark.report.data.StepFacts} collects it with Spark, {@link
 * dev.kindling.spark.report.data.DataReport} renders it.
 */
package dev.kindling.spark.report.data;
