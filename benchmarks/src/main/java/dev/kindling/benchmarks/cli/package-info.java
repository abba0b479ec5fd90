/** The command line of the benchmarks: one class for each command. */
package dev.kindling.benchmarks.cli;
