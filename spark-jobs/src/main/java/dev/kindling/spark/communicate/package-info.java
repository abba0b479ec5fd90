/**
 * How the ranks of a training step talk to each other: point to point and collectively, over
 * Spark's own network layer, or through memory where they share a JVM.
 */
package dev.kindling.spark.communicate;
