/**
 * The averaging of DL4J's own Spark library, with what it lacks: data from token shards without an
 * export, parameters that travel as bytes, and broadcasts that are freed. Nothing outside of this
 * package and of {@code model.dl4j} imports DL4J.
 */
package dev.kindling.spark.train.dl4j;
