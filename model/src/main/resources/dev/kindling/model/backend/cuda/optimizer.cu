// AdamW, and the norm that its gradients are clipped by; float, with sums in double.
#include "elements.cuh"

// A part of the parameters, which begins where the one before it ends.
struct decay_range {
  int64 end;
  double weight_decay;
};

// What AdamW does to one element.
struct adamw_rule {
  float rate;
  float beta1;
  float rest1;
  float beta2;
  float rest2;
  float epsilon;
  float gradient_scale;
  float root_scale;

  // keep: 1 - learning rate · weight decay
  __device__ __forceinline__ void update(float& parameter, float gradient, float& first_moment,
                                         float& second_moment, float keep) const {
    gradient *= gradient_scale;
    first_moment = beta1 * first_moment + rest1 * gradient;
    second_moment = beta2 * second_moment + rest2 * gradient * gradient;
    float root = sqrtf(second_moment) * root_scale;
    parameter = parameter * keep - rate * first_moment / (root + epsilon);
  }
};

// The range of an element.
__device__ __forceinline__ int range_of(int64 element, const decay_range* ranges, int num_ranges) {
  int low = 0;
  int high = num_ranges - 1;
  while (low < high) {
    int middle = (low + high) / 2;
    if (ranges[middle].end <= element) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

template <int COUNT>
__device__ __forceinline__ void adamw_tile(float* parameters, const float* gradients,
                                           float* first_moments, float* second_moments, int64 size,
                                           const decay_range* ranges, int num_ranges,
                                           double learning_rate, const adamw_rule& rule) {
  vector<float, COUNT> parameter[VECTORS];
  vector<float, COUNT> gradient[VECTORS];
  vector<float, COUNT> first_moment[VECTORS];
  vector<float, COUNT> second_moment[VECTORS];
#pragma unroll
  for (int i = 0; i < VECTORS; i++) {
    int64 index = tile_index<COUNT>(blockIdx.x, i);
    parameter[i] = load_below<float, COUNT>(parameters, index, size);
    gradient[i] = load_below<float, COUNT>(gradients, index, size);
    first_moment[i] = load_below<float, COUNT>(first_moments, index, size);
    second_moment[i] = load_below<float, COUNT>(second_moments, index, size);
  }
  // All threads look for the tile's beginning, so that they read the same addresses.
  int range = range_of(blockIdx.x * (int64)TILE<COUNT>, ranges, num_ranges);
  int64 end = ranges[range].end;
  float keep = (float)(1.0 - learning_rate * ranges[range].weight_decay);
#pragma unroll
  for (int i = 0; i < VECTORS; i++) {
    int64 index = tile_index<COUNT>(blockIdx.x, i);
#pragma unroll
    for (int place = 0; place < COUNT; place++) {
      while (index + place >= end && range < num_ranges - 1) {
        range++;
        end = ranges[range].end;
        keep = (float)(1.0 - learning_rate * ranges[range].weight_decay);
      }
      rule.update(parameter[i].values[place], gradient[i].values[place],
                  first_moment[i].values[place], second_moment[i].values[place], keep);
    }
    store_below(parameters, index, size, parameter[i]);
    store_below(first_moments, index, size, first_moment[i]);
    store_below(second_moments, index, size, second_moment[i]);
  }
}

KERNELS(adamw, VECTOR<float>,
        (float* parameters, const float* gradients, float* first_moments, float* second_moments,
         int64 size, const decay_range* ranges, int num_ranges, double learning_rate, float rate,
         float beta1, float rest1, float beta2, float rest2, float epsilon, float gradient_scale,
         float root_scale),
        adamw_tile<COUNT>(parameters, gradients, first_moments, second_moments, size, ranges,
                          num_ranges, learning_rate,
                          adamw_rule{rate, beta1, rest1, beta2, rest2, epsilon, gradient_scale,
                                     root_scale}))

// sums[b]: the squares of every gridDim.x-th tile from the b-th on.
template <int COUNT>
__device__ __forceinline__ void add_squares(const float* source, int64 size, double* sums) {
  __shared__ double scratch[WARP];
  double partial[COUNT] = {};
  for (int64 tile = blockIdx.x; tile * TILE<COUNT> < size; tile += gridDim.x) {
    vector<float, COUNT> read[VECTORS];
#pragma unroll
    for (int i = 0; i < VECTORS; i++) {
      read[i] = load_below<float, COUNT>(source, tile_index<COUNT>(tile, i), size);
    }
#pragma unroll
    for (int i = 0; i < VECTORS; i++) {
#pragma unroll
      for (int place = 0; place < COUNT; place++) {
        double value = read[i].values[place];
        partial[place] += value * value;
      }
    }
  }
  double sum = 0.0;
#pragma unroll
  for (int place = 0; place < COUNT; place++) {
    sum += partial[place];
  }
  sum = block_sum(sum, scratch);
  if (threadIdx.x == 0) {
    sums[blockIdx.x] = sum;
  }
}

KERNELS(squares, VECTOR<float>, (const float* source, int64 size, double* sums),
        add_squares<COUNT>(source, size, sums))

// total[0]: the sum of what the blocks of `squares` wrote; one block.
extern "C" __global__ void __launch_bounds__(THREADS)
    sum_of_squares(const double* sums, int num_sums, double* total) {
  __shared__ double scratch[WARP];
  double sum = 0.0;
  for (int i = threadIdx.x; i < num_sums; i += THREADS) {
    sum += sums[i];
  }
  sum = block_sum(sum, scratch);
  if (threadIdx.x == 0) {
    total[0] = sum;
  }
}
