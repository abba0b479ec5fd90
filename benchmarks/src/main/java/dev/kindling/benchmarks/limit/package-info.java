/** The fastest that the machine can multiply matrices, which bounds every training step. */
package dev.kindling.benchmarks.limit;
