/** Ranks that sum up, beside a plain copy. */
package dev.kindling.benchmarks.communicate;
