// Attention on tensor cores, in bf16 with float sums: tiles in shared memory, the fragments of them
// that matrix products take, and what becomes of scores. After FlashAttention-2 (Dao 2023).
//
// D = HEAD_SIZE, which the including source defines: 32, 64 or 128. Heads, and the rows of
// everything, are aligned to 16 bytes.
//
// A block of 4 warps owns some rows (of queries or of keys), a quarter of them each warp, and goes
// through tiles of 64 others. In the fragments of a product, lane l has rows l / 4 and l / 4 + 8, and
// columns 2 · (l % 4) and the next.
#pragma once

#include "attention.cuh"

constexpr int D = HEAD_SIZE;
constexpr int WARPS = 4;
constexpr int THREADS = WARPS * WARP;
constexpr int OTHER_ROWS = 64;

// Rows and depth of one product, and columns of two.
constexpr int STEP = 16;
constexpr int STEPS_OF_HEAD = D / STEP;

constexpr int CHUNK = 8;
constexpr int CHUNKS_OF_ROW = D / CHUNK;
constexpr int OTHER_ELEMENTS = OTHER_ROWS * D;

alignas(128) extern __shared__ uint8 dynamic_shared[];

__device__ __forceinline__ int lane_index() { return threadIdx.x % WARP; }
__device__ __forceinline__ int warp_index() { return threadIdx.x / WARP; }

// The row of a fragment that a lane has first, and its first column of 8.
__device__ __forceinline__ int fragment_row() { return lane_index() / 4; }
__device__ __forceinline__ int fragment_column() { return lane_index() % 4 * 2; }

// Chunks of 8 elements change their places from row to row, so that those of 8 rows that lie below
// each other are in different banks: chunk c of row r is at c ^ (r / (8 / PERIOD)) in its group of
// PERIOD chunks.
constexpr int PERIOD = CHUNKS_OF_ROW < 8 ? CHUNKS_OF_ROW : 8;

// Where a tile [rows, D] has a chunk.
__device__ __forceinline__ int place_of(int row, int chunk) {
  return row * D + (chunk ^ (row / (8 / PERIOD) % PERIOD)) * CHUNK;
}

// Where a tile has the chunk that a lane loads of 16 rows and 16 columns, whose own place in them is
// (lane_row, lane_chunk): place_of(row + lane_row, column / 8 + lane_chunk), of which most is the
// same for all parts of a tile.
__device__ __forceinline__ int place_in_part(int row, int column, int lane_row, int lane_chunk) {
  int swizzle = (lane_row / (8 / PERIOD) % PERIOD) ^ lane_chunk;
  int group = column / CHUNK / PERIOD * PERIOD;
  int chunk = column / CHUNK % PERIOD;
  return lane_row * D + (chunk ^ swizzle) * CHUNK + row * D + group * CHUNK;
}

// Begins to load rows of a head; those from `num_rows` on are 0.
template <int ROWS>
__device__ __forceinline__ void load_tile(
    bf16* tile, head_rows<const bf16> source, int first_row, int num_rows) {
  constexpr int ROWS_AT_ONCE = THREADS / CHUNKS_OF_ROW;
  int row = threadIdx.x / CHUNKS_OF_ROW;
  int chunk = threadIdx.x % CHUNKS_OF_ROW;
  const bf16* from = source.row(first_row + row) + chunk * CHUNK;
  bf16* to = tile + place_of(row, chunk);
  int num_left = num_rows - first_row - row;
#pragma unroll
  for (int i = 0; i < ROWS; i += ROWS_AT_ONCE) {
    copy_async(to + i * D, from, i < num_left);
    from += ROWS_AT_ONCE * source.stride;
  }
}

// Rows `row` to `row` + 15 and columns `column` to `column` + 15, as the first factor.
__device__ __forceinline__ void load_first(
    uint32 (&fragment)[4], const bf16* tile, int row, int column) {
  int lane = lane_index();
  load_matrices(fragment, tile + place_in_part(row, column, lane % 16, lane / 16));
}

// The same part, transposed, as the second factor: rows are the columns of two products.
__device__ __forceinline__ void load_second_of_rows(
    uint32 (&fragments)[2][2], const bf16* tile, int row, int column) {
  int lane = lane_index();
  uint32 matrices[4];
  load_matrices(matrices, tile + place_in_part(row, column, lane / 16 * 8 + lane % 8, lane / 8 % 2));
  fragments[0][0] = matrices[0];
  fragments[0][1] = matrices[1];
  fragments[1][0] = matrices[2];
  fragments[1][1] = matrices[3];
}

// The same part as the second factor: columns are those of two products.
__device__ __forceinline__ void load_second(
    uint32 (&fragments)[2][2], const bf16* tile, int row, int column) {
  int lane = lane_index();
  uint32 matrices[4];
  load_matrices_transposed(matrices, tile + place_in_part(row, column, lane % 16, lane / 16));
  fragments[0][0] = matrices[0];
  fragments[0][1] = matrices[1];
  fragments[1][0] = matrices[2];
  fragments[1][1] = matrices[3];
}

// The elements of a register of a fragment.
__device__ __forceinline__ float lower_half(uint32 pair) { return __uint_as_float(pair << 16); }
__device__ __forceinline__ float upper_half(uint32 pair) {
  return __uint_as_float(pair & 0xFFFF0000u);
}

// Sums of products [TILES · 16, COUNT · 8] of a warp.
template <int TILES, int COUNT>
using sum_fragments = float[TILES][COUNT][4];

// Rows of a head [TILES · 16, D] of a warp.
template <int TILES>
using head_fragments = uint32[TILES][STEPS_OF_HEAD][4];

template <int TILES>
__device__ __forceinline__ void load_head(
    head_fragments<TILES>& fragments, const bf16* tile, int row) {
#pragma unroll
  for (int m = 0; m < TILES; m++) {
#pragma unroll
    for (int k = 0; k < STEPS_OF_HEAD; k++) {
      load_first(fragments[m][k], tile, row + m * STEP, k * STEP);
    }
  }
}

// sums += first · secondᵀ over one step of the head's columns.
template <int TILES, int COUNT>
__device__ __forceinline__ void add_scores_of_step(
    sum_fragments<TILES, COUNT>& sums, const uint32 (&first)[TILES][4], const bf16* second,
    int second_row, int step) {
#pragma unroll
  for (int n = 0; n < COUNT; n += 2) {
    uint32 fragments[2][2];
    load_second_of_rows(fragments, second, second_row + n * 8, step * STEP);
#pragma unroll
    for (int m = 0; m < TILES; m++) {
      mma_bf16(sums[m][n], first[m], fragments[0]);
      mma_bf16(sums[m][n + 1], first[m], fragments[1]);
    }
  }
}

// sums += first · secondᵀ of COUNT · 8 rows from `second_row` on.
template <int TILES, int COUNT>
__device__ __forceinline__ void add_scores(
    sum_fragments<TILES, COUNT>& sums, const head_fragments<TILES>& first, const bf16* second,
    int second_row) {
#pragma unroll
  for (int k = 0; k < STEPS_OF_HEAD; k++) {
    uint32 of_step[TILES][4];
#pragma unroll
    for (int m = 0; m < TILES; m++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        of_step[m][i] = first[m][k][i];
      }
    }
    add_scores_of_step<TILES, COUNT>(sums, of_step, second, second_row, k);
  }
}

// The same, with the first factor in shared memory too, from `first_row` on.
template <int TILES, int COUNT>
__device__ __forceinline__ void add_scores(
    sum_fragments<TILES, COUNT>& sums, const bf16* first, int first_row, const bf16* second,
    int second_row) {
#pragma unroll
  for (int k = 0; k < STEPS_OF_HEAD; k++) {
    uint32 of_step[TILES][4];
#pragma unroll
    for (int m = 0; m < TILES; m++) {
      load_first(of_step[m], first, first_row + m * STEP, k * STEP);
    }
    add_scores_of_step<TILES, COUNT>(sums, of_step, second, second_row, k);
  }
}

// Sums as bf16: [TILES · 16, COUNT · 8], as the first factor of products of that depth.
template <int TILES, int COUNT>
using weight_fragments = uint32[TILES][COUNT / 2][4];

// Rounds two neighbours of a sum: i is 0 for row l / 4, and 2 for the row 8 below.
template <int TILES, int COUNT>
__device__ __forceinline__ void put_weights(
    weight_fragments<TILES, COUNT>& weights, int m, int n, int i, float left, float right) {
  weights[m][n / 2][n % 2 * 2 + i / 2] = pack_bf16(left, right);
}

// sums += weights · second, of COUNT · 8 rows from `second_row` on.
template <int TILES, int COUNT>
__device__ __forceinline__ void add_weighted(
    sum_fragments<TILES, D / 8>& sums, const weight_fragments<TILES, COUNT>& weights,
    const bf16* second, int second_row) {
#pragma unroll
  for (int k = 0; k < COUNT / 2; k++) {
#pragma unroll
    for (int n = 0; n < D / 8; n += 2) {
      uint32 fragments[2][2];
      load_second(fragments, second, second_row + k * STEP, n * 8);
#pragma unroll
      for (int m = 0; m < TILES; m++) {
        mma_bf16(sums[m][n], weights[m][k], fragments[0]);
        mma_bf16(sums[m][n + 1], weights[m][k], fragments[1]);
      }
    }
  }
}

// Writes a warp's rows [TILES · 16, D], row by row, by way of its own rows of a tile.
//
// factors: by the rows that a lane has
// first_row: of the warp in the head; 0 is written from `num_written` on, nothing from `num_rows` on
template <int TILES>
__device__ __forceinline__ void store_rows(
    head_rows<bf16> target, const sum_fragments<TILES, D / 8>& sums,
    const float (&factors)[TILES][2], bf16* tile, int tile_row, int first_row, int num_rows,
    int num_written) {
  __syncwarp();
#pragma unroll
  for (int m = 0; m < TILES; m++) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
      int row = m * STEP + half * 8 + fragment_row();
      bool written = first_row + row < num_written;
      float factor = factors[m][half];
#pragma unroll
      for (int n = 0; n < D / 8; n++) {
        float left = written ? sums[m][n][half * 2] * factor : 0.0f;
        float right = written ? sums[m][n][half * 2 + 1] * factor : 0.0f;
        *reinterpret_cast<uint32*>(tile + place_of(tile_row + row, n) + fragment_column()) =
            pack_bf16(left, right);
      }
    }
  }
  __syncwarp();
#pragma unroll 4
  for (int i = lane_index(); i < TILES * STEP * CHUNKS_OF_ROW; i += WARP) {
    int row = i / CHUNKS_OF_ROW;
    int chunk = i % CHUNKS_OF_ROW;
    if (first_row + row < num_rows) {
      store<bf16, CHUNK>(target.row(first_row + row) + chunk * CHUNK,
                         load<bf16, CHUNK>(tile + place_of(tile_row + row, chunk)));
    }
  }
}

// Over the 4 lanes that share a row.
__device__ __forceinline__ float max_of_row(float value) {
  value = fmaxf(value, __shfl_xor_sync(ALL_LANES, value, 1));
  return fmaxf(value, __shfl_xor_sync(ALL_LANES, value, 2));
}

__device__ __forceinline__ float sum_of_row(float value) {
  value += __shfl_xor_sync(ALL_LANES, value, 1);
  return value + __shfl_xor_sync(ALL_LANES, value, 2);
}

// Scores become powers of 2: what they are multiplied by, where there is no bias.
__device__ __forceinline__ float exponent_factor(const attention_inputs& inputs) {
  return inputs.scale * LOG2_E;
}

// What a score is the exponent of 2 of, with its bias, less something.
//
// place: in [H, Q, K]; may lie outside where `seen` is false
template <bool OPTIONS>
__device__ __forceinline__ float exponent_of(
    const attention_inputs& inputs, float score, float less, int64 place, bool seen) {
  float exponent = fmaf(score, exponent_factor(inputs), -less);
  return OPTIONS && inputs.bias != nullptr && seen ? fmaf(inputs.bias[place], LOG2_E, exponent)
                                                   : exponent;
}
