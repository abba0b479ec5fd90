/** How fast a corpus is scored, beside forward passes of the engine on full batches. */
package dev.kindling.benchmarks.score;
