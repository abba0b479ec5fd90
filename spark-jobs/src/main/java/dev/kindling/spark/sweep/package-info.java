/** Sweeps: many training runs, one table, and what it says about model, data and cluster size. */
package dev.kindling.spark.sweep;
