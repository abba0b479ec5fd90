/** What a training run tells Spark's metrics system, while it goes on. */
package dev.kindling.spark.metrics;
