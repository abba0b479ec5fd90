// Attention forward on tensor cores, of heads of 64 columns.
#if KINDLING_BF16 && __CUDA_ARCH__ >= 800
constexpr int HEAD_SIZE = 64;
#include "attention_mma_forward.cuh"
#endif
