/**
 * Whether a run fits into the memory of its executors: what it needs, what Spark's settings give,
 * and the settings to use where that is too little.
 */
package dev.kindling.spark.memory;
