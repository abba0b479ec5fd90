/**
 * The peer: a GPT-2 on libtorch, the C++ library under PyTorch, through JavaCPP's binding. It has a
 * process of its own because it needs another JavaCPP than Kindling.
 */
package dev.kindling.benchmarks.libtorch;
