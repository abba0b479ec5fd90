/**
 * How a model and its training state are laid over Spark: the mesh of ranks, the cut of the flat
 * parameter vector into shards, and the elements of the RDDs that hold both.
 */
package dev.kindling.spark.parallel;
