/**
 * The backend of NVIDIA GPUs, from Turing (compute capability 7.5) on: cuBLASLt for products of
 * matrices, and kernels of our own, whose CUDA C++ sources lie beside these classes among the
 * resources and are compiled for the GPU that is there.
 */
package dev.kindling.model.backend.cuda;
