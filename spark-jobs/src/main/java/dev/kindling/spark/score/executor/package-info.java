/**
 * Models in an executor's process: read once, shared by its tasks, freed when nobody needs them.
 */
package dev.kindling.spark.score.executor;
