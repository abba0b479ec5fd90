/** How results are shown and written. */
package dev.kindling.benchmarks.report;
