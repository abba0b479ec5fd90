// Attention backward on tensor cores, of heads of 128 columns.
#if KINDLING_BF16 && __CUDA_ARCH__ >= 800
constexpr int HEAD_SIZE = 128;
#include "attention_mma_query_gradient.cuh"
#include "attention_mma_key_value_gradient.cuh"
#include "attention_mma_bias_gradient.cuh"
#endif
