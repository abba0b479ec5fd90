/** Distributed training on executors of this machine: what spreading costs. */
package dev.kindling.benchmarks.distributed;
