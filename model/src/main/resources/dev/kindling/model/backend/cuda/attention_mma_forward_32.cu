// Attention forward on tensor cores, of heads of 32 columns.
#if KINDLING_BF16 && __CUDA_ARCH__ >= 800
constexpr int HEAD_SIZE = 32;
#include "attention_mma_forward.cuh"
#endif
