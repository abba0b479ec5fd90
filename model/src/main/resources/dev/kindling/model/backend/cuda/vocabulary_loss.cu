// Cross-entropy over the vocabulary, of logits that are float. A block has one row.
#include "common.cuh"

// The maximum of some logits, and the sum of the exponentials of what they are above -maximum.
struct softmax_sum {
  float maximum;
  float sum;
};

__device__ __forceinline__ void add(softmax_sum& sum, float logit) {
  if (logit > sum.maximum) {
    sum.sum *= expf(sum.maximum - logit);
    sum.maximum = logit;
  }
  sum.sum += expf(logit - sum.maximum);
}

// The logarithm of the sum of the exponentials of a row, the same in every thread.
__device__ __forceinline__ float log_sum(const float* logits, int size, float* scratch) {
  softmax_sum mine = {-3.0e38f, 0.0f};
  int whole = size / VECTOR<float> * VECTOR<float>;
#pragma unroll 4
  for (int i = threadIdx.x * VECTOR<float>; i < whole; i += blockDim.x * VECTOR<float>) {
    vector<float, VECTOR<float>> loaded = load<float, VECTOR<float>>(logits + i);
#pragma unroll
    for (int k = 0; k < VECTOR<float>; k++) {
      add(mine, loaded.values[k]);
    }
  }
  for (int i = whole + threadIdx.x; i < size; i += blockDim.x) {
    add(mine, logits[i]);
  }
  float maximum = block_max(mine.maximum, scratch);
  float sum = block_sum(mine.sum * expf(mine.maximum - maximum), scratch);
  return maximum + logf(sum);
}

// (probability - one-hot) × scale of a row; `gradient` may be `logits`.
__device__ __forceinline__ void write_gradient(
    const float* logits, int size, float log_sum, int target, float scale, element* gradient) {
  int whole = size / 8 * 8;
  for (int i = threadIdx.x * 8; i < whole; i += blockDim.x * 8) {
    vector<float, 4> low = load<float, 4>(logits + i);
    vector<float, 4> high = load<float, 4>(logits + i + 4);
    vector<element, 8> values;
#pragma unroll
    for (int k = 0; k < 8; k++) {
      float probability = expf((k < 4 ? low.values[k % 4] : high.values[k % 4]) - log_sum);
      float value = scale * (i + k == target ? probability - 1.0f : probability);
      values.values[k] = from_float<element>(value);
    }
#pragma unroll
    for (int k = 0; k < 8; k += VECTOR<element>) {
      store(gradient + i + k,
            *reinterpret_cast<vector<element, VECTOR<element>>*>(values.values + k));
    }
  }
  for (int i = whole + threadIdx.x; i < size; i += blockDim.x) {
    float probability = expf(logits[i] - log_sum);
    float value = scale * (i == target ? probability - 1.0f : probability);
    gradient[i] = from_float<element>(value);
  }
}

// losses[row] = log-sum - logit of the target; 0 where there is none. The gradient of *scale × loss
// by the logits is written where there is a place for it, which may be that of the logits.
extern "C" __global__ void __launch_bounds__(512) vocabulary_loss(
    float* logits, int64 stride, int size, const int* targets, float* losses, element* gradient,
    const float* scale) {
  __shared__ float scratch[WARP];
  int64 row = blockIdx.x;
  float* mine = logits + row * stride;
  int target = targets[row];
  float sum = log_sum(mine, size, scratch);
  if (threadIdx.x == 0) {
    losses[row] = target < 0 ? 0.0f : sum - mine[target];
  }
  if (gradient != nullptr) {
    // The target's logit is read before it is written over.
    __syncthreads();
    float row_scale = target < 0 ? 0.0f : *scale;
    write_gradient(mine, size, sum, target, row_scale, gradient + row * stride);
  }
}

// The target's row of the weights that are here; negative for none.
__device__ __forceinline__ int local_target(int target, int first_token, int size) {
  int local = target - first_token;
  return target < 0 || local < 0 || local >= size ? -1 : local;
}

// For a part of the vocabulary: the log-sum of what is here, and the logit of the target, or 0.
extern "C" __global__ void __launch_bounds__(512) part_statistics(
    const float* logits, int64 stride, int size, const int* targets, int first_token,
    float* log_sums, float* target_logits) {
  __shared__ float scratch[WARP];
  int64 row = blockIdx.x;
  const float* mine = logits + row * stride;
  int target = local_target(targets[row], first_token, size);
  float sum = log_sum(mine, size, scratch);
  if (threadIdx.x == 0) {
    log_sums[row] = sum;
    target_logits[row] = target < 0 ? 0.0f : mine[target];
  }
}

// For a part of the vocabulary: losses and gradients out of the log-sums and targets' logits of all.
extern "C" __global__ void __launch_bounds__(512) part_loss(
    float* logits, int64 stride, int size, const int* targets, int first_token,
    const float* log_sums, const float* target_logits, float* losses, element* gradient,
    const float* scale) {
  int64 row = blockIdx.x;
  bool counts = targets[row] >= 0;
  int target = local_target(targets[row], first_token, size);
  if (threadIdx.x == 0) {
    losses[row] = counts ? log_sums[row] - target_logits[row] : 0.0f;
  }
  if (gradient != nullptr) {
    float row_scale = counts ? *scale : 0.0f;
    write_gradient(logits + row * stride, size, log_sums[row], target, row_scale,
                   gradient + row * stride);
  }
}
