// Look-ups of rows and their gradients, rotary positions, relative biases.
#include "floats.cuh"

alignas(16) extern __shared__ uint8 dynamic_shared[];

namespace {

constexpr int THREADS = 256;

// output[i] = table[rows[i]] (+ output[i]), a warp for each row; -1 stands for a row of zeros.
template <int WIDTH>
__device__ __forceinline__ void gather(const element* table, const int* rows, element* output,
                                       bool accumulate, int64 num_rows, int64 num_columns) {
  int64 i = (int64)blockIdx.x * (THREADS / WARP) + threadIdx.x / WARP;
  if (i >= num_rows) {
    return;
  }
  int row = rows[i];
  if (row < 0 && accumulate) {
    return;
  }
  const element* source = table + row * num_columns;
  element* target = output + i * num_columns;
#pragma unroll 4
  for (int64 column = threadIdx.x % WARP * WIDTH; column < num_columns; column += WARP * WIDTH) {
    floats<WIDTH> values = {};
    if (row >= 0) {
      values = read<WIDTH>(source + column);
    }
    if (accumulate) {
      floats<WIDTH> before = read<WIDTH>(target + column);
#pragma unroll
      for (int j = 0; j < WIDTH; j++) {
        values.values[j] += before.values[j];
      }
    }
    write(target + column, values);
  }
}

// Turns the pairs (i, i + D/2) of all heads of a block's rows by position · theta^(-2i/D). Angles are
// counted in turns, in double: their whole part, which is large at late positions, goes exactly.
template <int WIDTH>
__device__ __forceinline__ void rotate(element* heads, int64 num_rows, int64 length, int num_heads,
                                       int head_size, int64 batch_stride, int64 row_stride,
                                       const int* positions, double log2_theta, bool inverse,
                                       int rows_per_block) {
  constexpr double TURN = 6.283185307179586476925;
  int half = head_size / 2;
  double* frequencies = reinterpret_cast<double*>(dynamic_shared);
  float* cosines = reinterpret_cast<float*>(frequencies + half);
  float* sines = cosines + rows_per_block * half;
  int64 first = (int64)blockIdx.x * rows_per_block;
  int num_own_rows = (int)(num_rows - first < rows_per_block ? num_rows - first : rows_per_block);
  for (int i = threadIdx.x; i < half; i += THREADS) {
    frequencies[i] = exp2(-2.0 * i / head_size * log2_theta) / TURN;
  }
  __syncthreads();
  for (int place = threadIdx.x; place < num_own_rows * half; place += THREADS) {
    double turns = positions[first + place / half] * frequencies[place % half];
    float half_turns = (float)(2 * (turns - rint(turns)));
    float sine;
    float cosine;
    sincospif(half_turns, &sine, &cosine);
    cosines[place] = cosine;
    sines[place] = inverse ? -sine : sine;
  }
  __syncthreads();
  int vectors_per_half = half / WIDTH;
  int vectors_per_row = num_heads * vectors_per_half;
  for (int place = threadIdx.x; place < num_own_rows * vectors_per_row; place += THREADS) {
    int row = place / vectors_per_row;
    int head = place % vectors_per_row / vectors_per_half;
    int i = place % vectors_per_half * WIDTH;
    element* x = heads + (first + row) / length * batch_stride + (first + row) % length * row_stride +
                 (int64)head * head_size + i;
    floats<WIDTH> left = read<WIDTH>(x);
    floats<WIDTH> right = read<WIDTH>(x + half);
#pragma unroll
    for (int j = 0; j < WIDTH; j++) {
      float cosine = cosines[row * half + i + j];
      float sine = sines[row * half + i + j];
      float turned = left.values[j] * cosine - right.values[j] * sine;
      right.values[j] = right.values[j] * cosine + left.values[j] * sine;
      left.values[j] = turned;
    }
    write(x, left);
    write(x + half, right);
  }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(THREADS)
    gather_rows(const element* table, const int* rows, element* output, int accumulate,
                int64 num_rows, int64 num_columns) {
  gather<1>(table, rows, output, accumulate != 0, num_rows, num_columns);
}

// Where all rows are aligned to 16 bytes.
extern "C" __global__ void __launch_bounds__(THREADS)
    gather_rows_vectors(const element* table, const int* rows, element* output, int accumulate,
                        int64 num_rows, int64 num_columns) {
  gather<VECTOR<element>>(table, rows, output, accumulate != 0, num_rows, num_columns);
}

extern "C" __global__ void __launch_bounds__(THREADS)
    rotate_heads(element* heads, int64 num_rows, int64 length, int num_heads, int head_size,
                 int64 batch_stride, int64 row_stride, const int* positions, double log2_theta,
                 int inverse, int rows_per_block) {
  rotate<1>(heads, num_rows, length, num_heads, head_size, batch_stride, row_stride, positions,
            log2_theta, inverse != 0, rows_per_block);
}

// Where both halves of all heads are aligned to 16 bytes.
extern "C" __global__ void __launch_bounds__(THREADS)
    rotate_heads_vectors(element* heads, int64 num_rows, int64 length, int num_heads, int head_size,
                         int64 batch_stride, int64 row_stride, const int* positions,
                         double log2_theta, int inverse, int rows_per_block) {
  rotate<VECTOR<element>>(heads, num_rows, length, num_heads, head_size, batch_stride, row_stride,
                          positions, log2_theta, inverse != 0, rows_per_block);
}

// bias[h, place] = table[buckets[place], h].
extern "C" __global__ void __launch_bounds__(THREADS)
    relative_bias_forward(const float* table, const int* buckets, float* bias, int64 num_places,
                          int num_heads) {
  int64 place = (int64)blockIdx.x * THREADS + threadIdx.x;
  if (place >= num_places) {
    return;
  }
  const float* entries = table + (int64)buckets[place] * num_heads;
#pragma unroll 4
  for (int head = 0; head < num_heads; head++) {
    bias[head * num_places + place] = entries[head];
  }
}

constexpr int BIAS_THREADS = 128;
constexpr int BUCKETS_PER_BLOCK = 32;

// partials[part, bucket, head] = the sum of bias_gradient[head, place] over the places of a part that
// have this bucket. The grid is (parts, heads, 32 buckets each); every thread has sums of its own.
extern "C" __global__ void __launch_bounds__(BIAS_THREADS)
    relative_bias_backward(const float* bias_gradient, const int* buckets, float* partials,
                           int64 num_places, int64 places_per_part, int num_buckets) {
  __shared__ float sums[BUCKETS_PER_BLOCK][BIAS_THREADS];
  int thread = threadIdx.x;
  int head = blockIdx.y;
  int num_heads = gridDim.y;
  int first_bucket = blockIdx.z * BUCKETS_PER_BLOCK;
  for (int bucket = 0; bucket < BUCKETS_PER_BLOCK; bucket++) {
    sums[bucket][thread] = 0;
  }
  int64 first = blockIdx.x * places_per_part;
  int64 end = first + places_per_part < num_places ? first + places_per_part : num_places;
  const float* gradients = bias_gradient + head * num_places;
#pragma unroll 4
  for (int64 place = first + thread; place < end; place += BIAS_THREADS) {
    float gradient = gradients[place];
    int bucket = buckets[place] - first_bucket;
    if (bucket >= 0 && bucket < BUCKETS_PER_BLOCK) {
      sums[bucket][thread] += gradient;
    }
  }
  __syncthreads();
  int lane = thread % WARP;
  for (int i = thread / WARP; i < BUCKETS_PER_BLOCK; i += BIAS_THREADS / WARP) {
    float sum = 0;
    for (int j = lane; j < BIAS_THREADS; j += WARP) {
      sum += sums[i][j];
    }
    sum = warp_sum(sum);
    int bucket = first_bucket + i;
    if (lane == 0 && bucket < num_buckets) {
      partials[((int64)blockIdx.x * num_buckets + bucket) * num_heads + head] = sum;
    }
  }
}
