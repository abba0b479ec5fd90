// Sums over the rows of a strided matrix.
#include "floats.cuh"

namespace {

constexpr int THREADS = 256;

// This block's sums over `rows_per_part` rows of blockDim.x · WIDTH columns. The threads of one
// column, blockDim.y of them, a power of two, add up every blockDim.y-th row each, and then meet in
// pairs. With one part the sums are added to `sums` [columns], with more they are written to
// [parts, columns].
template <int WIDTH>
__device__ __forceinline__ void add_up(const element* matrix, int64 num_rows, int64 num_columns,
                                       int64 row_stride, int64 column_stride, int64 rows_per_part,
                                       float* sums) {
  __shared__ float shared[WIDTH][THREADS];
  int thread = threadIdx.y * blockDim.x + threadIdx.x;
  int64 column = ((int64)blockIdx.x * blockDim.x + threadIdx.x) * WIDTH;
  int64 first = (int64)blockIdx.y * rows_per_part;
  int64 end = first + rows_per_part < num_rows ? first + rows_per_part : num_rows;
  floats<WIDTH> sum = {};
  if (column < num_columns) {
    const element* source = matrix + column * column_stride;
#pragma unroll 8
    for (int64 row = first + threadIdx.y; row < end; row += blockDim.y) {
      floats<WIDTH> values = read<WIDTH>(source + row * row_stride);
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        sum.values[i] += values.values[i];
      }
    }
  }
#pragma unroll
  for (int i = 0; i < WIDTH; i++) {
    shared[i][thread] = sum.values[i];
  }
  for (int half = blockDim.y / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.y < half) {
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        shared[i][thread] += shared[i][thread + half * blockDim.x];
      }
    }
  }
  if (threadIdx.y == 0 && column < num_columns) {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      float total = shared[i][thread];
      if (gridDim.y == 1) {
        sums[column + i] += total;
      } else {
        sums[(int64)blockIdx.y * num_columns + column + i] = total;
      }
    }
  }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(THREADS)
    column_sums(const element* matrix, int64 num_rows, int64 num_columns, int64 row_stride,
                int64 column_stride, int64 rows_per_part, float* sums) {
  add_up<1>(matrix, num_rows, num_columns, row_stride, column_stride, rows_per_part, sums);
}

// Where columns lie side by side, all rows are aligned to 16 bytes and `num_columns` divides into
// vectors.
extern "C" __global__ void __launch_bounds__(THREADS)
    column_sums_vectors(const element* matrix, int64 num_rows, int64 num_columns, int64 row_stride,
                        int64 column_stride, int64 rows_per_part, float* sums) {
  add_up<VECTOR<element>>(matrix, num_rows, num_columns, row_stride, column_stride, rows_per_part,
                          sums);
}
