/**
 * Training steps and scoring on a GPU, beside plain PyTorch on the same GPU. What is here needs no
 * Spark, so that it runs where there is nothing but a GPU.
 */
package dev.kindling.benchmarks.gpu;
