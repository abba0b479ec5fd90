// Layer norm and RMS norm of rows [N, C], each in one pass over memory.
//
// A group of threads handles a row: a warp up to 1024 columns, a block up to 8192, and both keep the
// row in registers. Whatever is longer, or not aligned to 16 bytes, a block reads once per step.
#include "floats.cuh"

namespace {

constexpr int WARP_THREADS = 256;
constexpr int WARP_VALUES = 32;  // Of a row, in each lane.
// Blocks of backward whose registers a multiprocessor has room for.
constexpr int WARP_BLOCKS = sizeof(element) == 2 ? 2 : 1;
constexpr int BLOCK_THREADS = 512;
constexpr int BLOCK_VALUES = 16;  // Of a row, in each thread.

// One warp per row. PARTS vectors of WIDTH neighbours lie in the registers of a thread.
struct warp_rows {
  static constexpr int WIDTH = VECTOR<element>;
  static constexpr int PARTS = WARP_VALUES / WIDTH;

  __device__ static int threads() { return WARP; }
  __device__ static int thread() { return threadIdx.x % WARP; }
  __device__ static int64 first() {
    return (int64)blockIdx.x * (blockDim.x / WARP) + threadIdx.x / WARP;
  }
  __device__ static int64 stride() { return (int64)gridDim.x * (blockDim.x / WARP); }
  __device__ static float sum(float value) { return warp_sum(value); }
};

// One block per row.
struct block_rows {
  static constexpr int WIDTH = VECTOR<element>;
  static constexpr int PARTS = BLOCK_VALUES / WIDTH;

  __device__ static int threads() { return blockDim.x; }
  __device__ static int thread() { return threadIdx.x; }
  __device__ static int64 first() { return blockIdx.x; }
  __device__ static int64 stride() { return gridDim.x; }
  __device__ static float sum(float value) {
    __shared__ float scratch[WARP];
    return block_sum(value, scratch);
  }
};

// One block per row, which lies in memory: there are no PARTS.
struct any_rows : block_rows {
  static constexpr int WIDTH = 1;
  static constexpr int PARTS = 0;
};

// Calls function(part, column) for the first columns of all vectors of this thread.
template <typename Rows, typename Function>
__device__ __forceinline__ void for_each(int num_columns, Function function) {
  if constexpr (Rows::PARTS > 0) {
#pragma unroll
    for (int part = 0; part < Rows::PARTS; part++) {
      int column = (part * Rows::threads() + Rows::thread()) * Rows::WIDTH;
      if (column < num_columns) {
        function(part, column);
      }
    }
  } else {
    for (int column = Rows::thread(); column < num_columns; column += Rows::threads()) {
      function(0, column);
    }
  }
}

// What this thread needs of a row.
template <typename Rows>
struct row_values {
  const element* source;
  vector<element, Rows::WIDTH> parts[Rows::PARTS > 0 ? Rows::PARTS : 1];

  __device__ __forceinline__ row_values(const element* row, int num_columns) : source(row) {
    if constexpr (Rows::PARTS > 0) {
      for_each<Rows>(num_columns, [&](int part, int column) {
        parts[part] = load<element, Rows::WIDTH>(row + column);
      });
    }
  }

  __device__ __forceinline__ floats<Rows::WIDTH> at(int part, int column) const {
    if constexpr (Rows::PARTS > 0) {
      return to_floats(parts[part]);
    } else {
      return read<Rows::WIDTH>(source + column);
    }
  }
};

// Sums over the rows of a group for the columns of one thread, all 0 at first. Those of rows that lie
// in memory do so too, in this block's row of the partial sums.
template <typename Rows>
struct column_sums {
  float* partial;
  float values[Rows::PARTS > 0 ? Rows::PARTS : 1][Rows::WIDTH];

  __device__ __forceinline__ column_sums(float* partials, int num_columns)
      : partial(partials + (int64)blockIdx.x * num_columns), values() {
    if constexpr (Rows::PARTS == 0) {
      for_each<Rows>(num_columns, [&](int, int column) { partial[column] = 0; });
    }
  }

  __device__ __forceinline__ void add(int part, int column, int i, float value) {
    if constexpr (Rows::PARTS > 0) {
      values[part][i] += value;
    } else {
      partial[column] += value;
    }
  }

  // Writes the sums over the rows of this block: of one warp after another.
  __device__ __forceinline__ void write_partial(int num_columns) {
    if constexpr (Rows::PARTS > 0) {
      __shared__ float sums[Rows::PARTS * Rows::WIDTH][WARP];
      int num_turns = blockDim.x / Rows::threads();
      for (int turn = 0; turn < num_turns; turn++) {
        __syncthreads();
        if (threadIdx.x / Rows::threads() == turn) {
          for_each<Rows>(num_columns, [&](int part, int column) {
            floats<Rows::WIDTH> totals;
#pragma unroll
            for (int i = 0; i < Rows::WIDTH; i++) {
              float* sum = &sums[part * Rows::WIDTH + i][Rows::thread() % WARP];
              totals.values[i] = turn == 0 ? values[part][i] : *sum + values[part][i];
              if (turn + 1 < num_turns) {
                *sum = totals.values[i];
              }
            }
            if (turn + 1 == num_turns) {
              write(partial + column, totals);
            }
          });
        }
      }
    }
  }
};

// output = (input - mean) / sqrt(variance + epsilon) · gain + bias. RMS norm has no mean and no bias,
// and its variance is the mean of the squares.
template <bool CENTRED, typename Rows>
__device__ __forceinline__ void norm_forward(const element* input, const float* gain,
                                             const float* bias, float epsilon, element* output,
                                             float* means, float* variances, int64 num_rows,
                                             int num_columns) {
  constexpr int WIDTH = Rows::WIDTH;
  int64 row = Rows::first();
  if (row >= num_rows) {
    return;
  }
  row_values<Rows> x(input + row * num_columns, num_columns);
  float mean = 0;
  if constexpr (CENTRED) {
    float sum = 0;
    for_each<Rows>(num_columns, [&](int part, int column) {
      floats<WIDTH> values = x.at(part, column);
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        sum += values.values[i];
      }
    });
    mean = Rows::sum(sum) / (float)num_columns;
  }
  float squares = 0;
  for_each<Rows>(num_columns, [&](int part, int column) {
    floats<WIDTH> values = x.at(part, column);
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      float difference = values.values[i] - mean;
      squares += difference * difference;
    }
  });
  float variance = Rows::sum(squares) / (float)num_columns;
  float factor = 1.0f / sqrtf(variance + epsilon);
  for_each<Rows>(num_columns, [&](int part, int column) {
    floats<WIDTH> values = x.at(part, column);
    floats<WIDTH> gains = read<WIDTH>(gain + column);
    floats<WIDTH> biases = {};
    if (bias != nullptr) {
      biases = read<WIDTH>(bias + column);
    }
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      values.values[i] = (values.values[i] - mean) * factor * gains.values[i] + biases.values[i];
    }
    write(output + row * num_columns + column, values);
  });
  if (Rows::thread() == 0) {
    variances[row] = variance;
    if constexpr (CENTRED) {
      means[row] = mean;
    }
  }
}

// The gradients. Those of gain and bias are sums over the rows of a block, each in its row of the
// partial sums [blocks, C].
template <bool CENTRED, typename Rows>
__device__ __forceinline__ void norm_backward(const element* output_gradient, const element* input,
                                              const float* gain, float epsilon, const float* means,
                                              const float* variances, element* input_gradient,
                                              bool accumulate, float* gain_partials,
                                              float* bias_partials, int64 num_rows,
                                              int num_columns) {
  constexpr int WIDTH = Rows::WIDTH;
  column_sums<Rows> gain_sums(gain_partials, num_columns);
  column_sums<Rows> bias_sums(bias_partials, num_columns);
  for (int64 row = Rows::first(); row < num_rows; row += Rows::stride()) {
    row_values<Rows> x(input + row * num_columns, num_columns);
    row_values<Rows> gradient(output_gradient + row * num_columns, num_columns);
    float mean = CENTRED ? means[row] : 0;
    float factor = 1.0f / sqrtf(variances[row] + epsilon);
    // Of the gradient of the normalised row: its mean, and its mean product with that row.
    float level = 0;
    float slope = 0;
    for_each<Rows>(num_columns, [&](int part, int column) {
      floats<WIDTH> values = x.at(part, column);
      floats<WIDTH> gradients = gradient.at(part, column);
      floats<WIDTH> gains = read<WIDTH>(gain + column);
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        float scaled = gradients.values[i] * gains.values[i];
        level += scaled;
        slope += scaled * ((values.values[i] - mean) * factor);
      }
    });
    level = CENTRED ? Rows::sum(level) / (float)num_columns : 0;
    slope = Rows::sum(slope) / (float)num_columns;
    for_each<Rows>(num_columns, [&](int part, int column) {
      floats<WIDTH> values = x.at(part, column);
      floats<WIDTH> gradients = gradient.at(part, column);
      floats<WIDTH> gains = read<WIDTH>(gain + column);
      element* target = input_gradient + row * num_columns + column;
      floats<WIDTH> results = {};
      if (accumulate) {
        results = read<WIDTH>(target);
      }
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        float normalised = (values.values[i] - mean) * factor;
        float scaled = gradients.values[i] * gains.values[i];
        results.values[i] += factor * (scaled - level - normalised * slope);
        gain_sums.add(part, column, i, gradients.values[i] * normalised);
        if constexpr (CENTRED) {
          bias_sums.add(part, column, i, gradients.values[i]);
        }
      }
      write(target, results);
    });
  }
  gain_sums.write_partial(num_columns);
  if constexpr (CENTRED) {
    bias_sums.write_partial(num_columns);
  }
}

}  // namespace

#define NORMS(SUFFIX, THREADS, BLOCKS)                                                            \
  extern "C" __global__ void __launch_bounds__(THREADS) layer_norm_forward_##SUFFIX(              \
      const element* input, const float* gain, const float* bias, float epsilon, element* output, \
      float* means, float* variances, int64 num_rows, int num_columns) {                          \
    norm_forward<true, SUFFIX##_rows>(input, gain, bias, epsilon, output, means, variances,       \
                                      num_rows, num_columns);                                     \
  }                                                                                               \
  extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) layer_norm_backward_##SUFFIX(     \
      const element* output_gradient, const element* input, const float* gain, float epsilon,     \
      const float* means, const float* variances, element* input_gradient, int accumulate,        \
      float* gain_partials, float* bias_partials, int64 num_rows, int num_columns) {              \
    norm_backward<true, SUFFIX##_rows>(output_gradient, input, gain, epsilon, means, variances,   \
                                       input_gradient, accumulate != 0, gain_partials,            \
                                       bias_partials, num_rows, num_columns);                     \
  }                                                                                               \
  extern "C" __global__ void __launch_bounds__(THREADS) rms_norm_forward_##SUFFIX(                \
      const element* input, const float* gain, float epsilon, element* output,                    \
      float* mean_squares, int64 num_rows, int num_columns) {                                     \
    norm_forward<false, SUFFIX##_rows>(input, gain, nullptr, epsilon, output, nullptr,            \
                                       mean_squares, num_rows, num_columns);                      \
  }                                                                                               \
  extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) rms_norm_backward_##SUFFIX(       \
      const element* output_gradient, const element* input, const float* gain, float epsilon,     \
      const float* mean_squares, element* input_gradient, int accumulate, float* gain_partials,   \
      int64 num_rows, int num_columns) {                                                          \
    norm_backward<false, SUFFIX##_rows>(output_gradient, input, gain, epsilon, nullptr,           \
                                        mean_squares, input_gradient, accumulate != 0,            \
                                        gain_partials, gain_partials, num_rows, num_columns);     \
  }

NORMS(warp, WARP_THREADS, WARP_BLOCKS)
NORMS(block, BLOCK_THREADS, 1)
NORMS(any, BLOCK_THREADS, 1)
