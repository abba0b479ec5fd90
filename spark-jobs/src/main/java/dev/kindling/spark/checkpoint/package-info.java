/**
 * Checkpoints under one rule: files first, {@code manifest.json} last and never overwritten. A
 * directory without a valid manifest does not exist.
 */
package dev.kindling.spark.checkpoint;
