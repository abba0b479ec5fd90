/** A made-up web crawl of any size, for measurements: with what is planted in it known. */
package dev.kindling.benchmarks.corpus;
