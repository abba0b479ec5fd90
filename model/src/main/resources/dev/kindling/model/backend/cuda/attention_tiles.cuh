// Tiles of attention of any type and head size: matrices in shared memory, as floats, that 256
// threads multiply with each other.
//
// A block owns 64 rows (of queries or of keys) and goes through the others, 32 rows at a time. Heads
// are cut into slices of 64 columns. Threads form a square of 16 × 16: thread (y, x) has the rows
// y, y + 16, y + 32 and y + 48 of what the block owns, so that the 16 threads of a row lie in one
// half of a warp.
#pragma once

#include "attention.cuh"

constexpr int THREADS = 256;
constexpr int SIDE = 16;
constexpr int OWN_ROWS = 64;
constexpr int OTHER_ROWS = 32;
constexpr int SLICE = 64;
constexpr int ROWS_PER_THREAD = OWN_ROWS / SIDE;
constexpr int SCORES_PER_ROW = OTHER_ROWS / SIDE;

// Floats from row to row: an odd multiple of 16 bytes, so that rows begin in different banks.
constexpr int SLICE_STRIDE = SLICE + 4;
constexpr int WEIGHTS_STRIDE = OTHER_ROWS + 4;

constexpr int OWN_FLOATS = OWN_ROWS * SLICE_STRIDE;
constexpr int OTHER_FLOATS = OTHER_ROWS * SLICE_STRIDE;
constexpr int WEIGHTS_FLOATS = OWN_ROWS * WEIGHTS_STRIDE;

// What a thread holds of a matrix [own rows, other rows].
typedef float score_block[ROWS_PER_THREAD][SCORES_PER_ROW];

// What a thread holds of [own rows, D]: 4 columns of every slice.
template <int SLICES>
using row_block = float[SLICES][ROWS_PER_THREAD][4];

__device__ __forceinline__ int thread_x() { return threadIdx.x % SIDE; }
__device__ __forceinline__ int thread_y() { return threadIdx.x / SIDE; }
__device__ __forceinline__ int own_row(int i) { return thread_y() + i * SIDE; }
__device__ __forceinline__ int other_row(int j) { return thread_x() + j * SIDE; }

// The columns of a slice that are computed with: all that the head has, and up to 3 zeros.
__device__ __forceinline__ int slice_depth(int head_size, int slice) {
  return (min(SLICE, head_size - slice * SLICE) + 3) / 4 * 4;
}

// Over the 16 threads of a row.
__device__ __forceinline__ float max_of_row(float value) {
#pragma unroll
  for (int distance = SIDE / 2; distance > 0; distance /= 2) {
    value = fmaxf(value, __shfl_xor_sync(ALL_LANES, value, distance));
  }
  return value;
}

__device__ __forceinline__ float sum_of_row(float value) {
#pragma unroll
  for (int distance = SIDE / 2; distance > 0; distance /= 2) {
    value += __shfl_xor_sync(ALL_LANES, value, distance);
  }
  return value;
}

// Loads one slice; rows from `num_rows` on are 0.
template <int ROWS>
__device__ __forceinline__ void load_tile(
    float* tile, head_rows<const element> source, int first_row, int num_rows, int head_size,
    int slice) {
  int column = threadIdx.x % SLICE;
  int depth = slice_depth(head_size, slice);
  bool inside = slice * SLICE + column < head_size;
  if (column < depth) {
#pragma unroll 8
    for (int i = threadIdx.x / SLICE; i < ROWS; i += THREADS / SLICE) {
      bool valid = inside && first_row + i < num_rows;
      tile[i * SLICE_STRIDE + column] =
          valid ? to_float(source.row(first_row + i)[slice * SLICE + column]) : 0.0f;
    }
  }
}

// scores += own · otherᵀ.
__device__ __forceinline__ void add_scores(
    score_block& scores, const float* own, const float* other, int depth) {
  for (int column = 0; column < depth; column += 4) {
    vector<float, 4> a[ROWS_PER_THREAD];
    vector<float, 4> b[SCORES_PER_ROW];
#pragma unroll
    for (int i = 0; i < ROWS_PER_THREAD; i++) {
      a[i] = load<float, 4>(own + own_row(i) * SLICE_STRIDE + column);
    }
#pragma unroll
    for (int j = 0; j < SCORES_PER_ROW; j++) {
      b[j] = load<float, 4>(other + other_row(j) * SLICE_STRIDE + column);
    }
#pragma unroll
    for (int c = 0; c < 4; c++) {
#pragma unroll
      for (int i = 0; i < ROWS_PER_THREAD; i++) {
#pragma unroll
        for (int j = 0; j < SCORES_PER_ROW; j++) {
          scores[i][j] += a[i].values[c] * b[j].values[c];
        }
      }
    }
  }
}

// sums += weights · other, for one slice.
__device__ __forceinline__ void add_products(
    float (&sums)[ROWS_PER_THREAD][4], const float* weights, const float* other, int depth) {
  if (thread_x() * 4 >= depth) {
    return;
  }
#pragma unroll 2
  for (int row = 0; row < OTHER_ROWS; row += 4) {
    vector<float, 4> a[ROWS_PER_THREAD];
#pragma unroll
    for (int i = 0; i < ROWS_PER_THREAD; i++) {
      a[i] = load<float, 4>(weights + own_row(i) * WEIGHTS_STRIDE + row);
    }
#pragma unroll
    for (int k = 0; k < 4; k++) {
      vector<float, 4> b = load<float, 4>(other + (row + k) * SLICE_STRIDE + thread_x() * 4);
#pragma unroll
      for (int i = 0; i < ROWS_PER_THREAD; i++) {
#pragma unroll
        for (int c = 0; c < 4; c++) {
          sums[i][c] += a[i].values[k] * b.values[c];
        }
      }
    }
  }
}

// Hands a thread's weights to the other threads of its rows.
__device__ __forceinline__ void share_weights(float* weights, const score_block& values) {
  __syncwarp();
#pragma unroll
  for (int i = 0; i < ROWS_PER_THREAD; i++) {
#pragma unroll
    for (int j = 0; j < SCORES_PER_ROW; j++) {
      weights[own_row(i) * WEIGHTS_STRIDE + other_row(j)] = values[i][j];
    }
  }
  __syncwarp();
}

// Writes the rows that a thread holds, each multiplied by `factors`; 0 from row `num_written` on.
template <int SLICES>
__device__ __forceinline__ void store_rows(
    head_rows<element> target, const row_block<SLICES>& sums,
    const float (&factors)[ROWS_PER_THREAD], int first_row, int num_rows, int num_written,
    int head_size) {
#pragma unroll
  for (int slice = 0; slice < SLICES; slice++) {
#pragma unroll
    for (int i = 0; i < ROWS_PER_THREAD; i++) {
      int row = first_row + own_row(i);
#pragma unroll
      for (int c = 0; c < 4; c++) {
        int column = slice * SLICE + thread_x() * 4 + c;
        if (row < num_rows && column < head_size) {
          float value = row < num_written ? sums[slice][i][c] * factors[i] : 0.0f;
          target.row(row)[column] = from_float<element>(value);
        }
      }
    }
  }
}
