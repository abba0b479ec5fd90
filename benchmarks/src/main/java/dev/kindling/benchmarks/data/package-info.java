/** The stages of the data pipeline, each measured as a process of its own on two executors. */
package dev.kindling.benchmarks.data;
