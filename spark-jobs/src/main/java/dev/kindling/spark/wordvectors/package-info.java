/** Vectors of words, learned by Spark's MLlib: training, files, neighbours and analogies. */
package dev.kindling.spark.wordvectors;
