// Filling, copying, scaling and adding.
#include "elements.cuh"

// Whatever has as many bytes as an element: I32 is copied and filled as F32 is.
#if KINDLING_BF16
typedef uint16 word;
#else
typedef uint32 word;
#endif

template <int COUNT>
__device__ __forceinline__ void fill_tile(word* target, int64 size, uint32 bits) {
  vector<word, COUNT> values;
#pragma unroll
  for (int i = 0; i < COUNT; i++) {
    values.values[i] = (word)bits;
  }
#pragma unroll
  for (int i = 0; i < VECTORS; i++) {
    store_below(target, tile_index<COUNT>(blockIdx.x, i), size, values);
  }
}

template <int COUNT>
__device__ __forceinline__ void copy_tile(const word* source, word* target, int64 size) {
  vector<word, COUNT> values[VECTORS];
#pragma unroll
  for (int i = 0; i < VECTORS; i++) {
    values[i] = load_below<word, COUNT>(source, tile_index<COUNT>(blockIdx.x, i), size);
  }
#pragma unroll
  for (int i = 0; i < VECTORS; i++) {
    store_below(target, tile_index<COUNT>(blockIdx.x, i), size, values[i]);
  }
}

template <int COUNT, typename In, typename Out>
__device__ __forceinline__ void convert_tile(const In* source, Out* target, int64 size) {
  const In* inputs[] = {source};
  Out* outputs[] = {target};
  map<COUNT>(inputs, outputs, size,
             [](const float (&from)[1], float (&to)[1]) { to[0] = from[0]; });
}

template <int COUNT>
__device__ __forceinline__ void scale_tile(element* target, int64 size, float factor) {
  const element* inputs[] = {target};
  element* outputs[] = {target};
  map<COUNT>(inputs, outputs, size,
             [factor](const float (&from)[1], float (&to)[1]) { to[0] = from[0] * factor; });
}

template <int COUNT>
__device__ __forceinline__ void add_tile(const element* left, const element* right, element* sum,
                                    int64 size) {
  const element* inputs[] = {left, right};
  element* outputs[] = {sum};
  map<COUNT>(inputs, outputs, size,
             [](const float (&from)[2], float (&to)[1]) { to[0] = from[0] + from[1]; });
}

// Rows that one thread of copy_matrix handles.
constexpr int ROWS = 4;

// A matrix of which source and target both have neighbours along the columns: each block has
// blockDim.y · ROWS rows and blockDim.x · COUNT columns. Several columns at once are neighbours.
template <int COUNT>
__device__ __forceinline__ void copy_block(const word* source, int64 source_row_stride,
                                            int64 source_column_stride, word* target,
                                            int64 target_row_stride, int64 target_column_stride,
                                            int64 num_rows, int64 num_columns) {
  int64 width = (int64)blockDim.x * COUNT;
  uint32 blocks_of_columns = (uint32)((num_columns + width - 1) / width);
  int64 column = blockIdx.x % blocks_of_columns * width + threadIdx.x * COUNT;
  int64 first_row = (int64)(blockIdx.x / blocks_of_columns) * blockDim.y * ROWS + threadIdx.y;
  if (column >= num_columns) {
    return;
  }
  vector<word, COUNT> values[ROWS];
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    int64 row = first_row + i * blockDim.y;
    if (row < num_rows) {
      values[i] = load<word, COUNT>(source + row * source_row_stride + column * source_column_stride);
    }
  }
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    int64 row = first_row + i * blockDim.y;
    if (row < num_rows) {
      store_at_once(target + row * target_row_stride + column * target_column_stride, values[i]);
    }
  }
}

KERNELS(fill, VECTOR<word>, (word* target, int64 size, uint32 bits),
        fill_tile<COUNT>(target, size, bits))

KERNELS(copy, VECTOR<word>, (const word* source, word* target, int64 size),
        copy_tile<COUNT>(source, target, size))

KERNELS(widen, VECTOR<float>, (const bf16* source, float* target, int64 size),
        convert_tile<COUNT>(source, target, size))

KERNELS(narrow, VECTOR<float>, (const float* source, bf16* target, int64 size),
        convert_tile<COUNT>(source, target, size))

KERNELS(scale, VECTOR<element>, (element* target, int64 size, float factor),
        scale_tile<COUNT>(target, size, factor))

KERNELS(add, VECTOR<element>,
        (const element* left, const element* right, element* sum, int64 size),
        add_tile<COUNT>(left, right, sum, size))

KERNELS(copy_matrix, VECTOR<word>,
        (const word* source, int64 source_row_stride, int64 source_column_stride, word* target,
         int64 target_row_stride, int64 target_column_stride, int64 num_rows, int64 num_columns),
        copy_block<COUNT>(source, source_row_stride, source_column_stride, target,
                          target_row_stride, target_column_stride, num_rows, num_columns))

// Rows and columns of one block of copy_transposed, and the rows that its threads read at once.
constexpr int SIDE = 64;
constexpr int ROWS_AT_ONCE = THREADS / SIDE;

// A matrix of which the source has neighbours along the columns and the target along the rows: what
// is read by rows is written by columns, by way of shared memory.
extern "C" __global__ void __launch_bounds__(THREADS)
    copy_transposed(const word* source, int64 source_row_stride, int64 source_column_stride,
                    word* target, int64 target_row_stride, int64 target_column_stride,
                    int64 num_rows, int64 num_columns) {
  // One bank more than a row needs, so that a column lies in different banks.
  __shared__ word square[SIDE][SIDE + 4 / sizeof(word)];
  uint32 blocks_of_columns = (uint32)((num_columns + SIDE - 1) / SIDE);
  int64 first_column = (int64)(blockIdx.x % blocks_of_columns) * SIDE;
  int64 first_row = (int64)(blockIdx.x / blocks_of_columns) * SIDE;
  int along = threadIdx.x % SIDE;
  int across = threadIdx.x / SIDE;
  int64 column = first_column + along;
#pragma unroll
  for (int i = 0; i < SIDE; i += ROWS_AT_ONCE) {
    int64 row = first_row + across + i;
    if (row < num_rows && column < num_columns) {
      square[across + i][along] =
          source[row * source_row_stride + column * source_column_stride];
    }
  }
  __syncthreads();
  int64 row = first_row + along;
#pragma unroll
  for (int i = 0; i < SIDE; i += ROWS_AT_ONCE) {
    int64 column = first_column + across + i;
    if (row < num_rows && column < num_columns) {
      target[row * target_row_stride + column * target_column_stride] =
          square[along][across + i];
    }
  }
}
