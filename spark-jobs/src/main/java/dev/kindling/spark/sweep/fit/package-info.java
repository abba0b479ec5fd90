/**
 * Scaling laws from a table of runs: {@link dev.kindling.spark.sweep.fit.VariableProjection} fits
 * them, {@link dev.kindling.spark.sweep.fit.Bootstrap} says how sure they are, {@link
 * dev.kindling.spark.sweep.fit.FitJob} is the step.
 */
package dev.kindling.spark.sweep.fit;
