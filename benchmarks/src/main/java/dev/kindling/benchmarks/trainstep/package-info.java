/**
 * One optimiser step of several engines, side by side. {@code StepProcess} is what every child
 * process runs, {@code Comparison} what starts them in turn.
 */
package dev.kindling.benchmarks.trainstep;
