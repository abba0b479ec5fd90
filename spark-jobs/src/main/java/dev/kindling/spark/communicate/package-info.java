/**
 * How the ranks of a training step talk to each other: point to point and collectively, over
 * Spark's own network layer, or through memory where they share a JVM; and their devices
 * collectively by themselves, where they can.
 */
package dev.kindling.spark.communicate;
