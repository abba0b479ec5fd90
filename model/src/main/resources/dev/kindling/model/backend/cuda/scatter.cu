// table[ids[i]] += gradient[i], without atomic additions, which come in any order.
//
// The rows are sorted by id, stably, by 8 bits of it at a time. Equal ids, a run, then lie side by
// side, and a warp adds up the runs of a tile of sorted places. A run that crosses the borders of
// tiles leaves one sum in each, which are added up last. Ids of -1 sort behind all others.
#include "floats.cuh"

namespace {

constexpr int CHUNK = 1024;
constexpr int DIGITS = 256;
constexpr int DIGIT_BITS = 8;
constexpr int THREADS = 128;
// At most so many of them on a multiprocessor: then no register is spilled.
constexpr int BLOCKS = 5;
// Rows that a warp reads at once.
constexpr int BATCH = 8;

__device__ __forceinline__ int digit_of(int id, int num_ids, int shift) {
  return (id < 0 ? num_ids : id) >> shift & (DIGITS - 1);
}

// The sum of the values of the threads before this one, all of a block; `total` becomes that of all
// threads. The scratch has room for 32 values.
__device__ __forceinline__ int block_sum_before(int value, int* scratch, int& total) {
  int lane = threadIdx.x % WARP;
  int warp = threadIdx.x / WARP;
  int sum = value;
#pragma unroll
  for (int distance = 1; distance < WARP; distance *= 2) {
    int other = __shfl_up_sync(ALL_LANES, sum, distance);
    sum += lane >= distance ? other : 0;
  }
  __syncthreads();
  if (lane == WARP - 1) {
    scratch[warp] = sum;
  }
  __syncthreads();
  int before = 0;
  total = 0;
  for (int i = 0; i < blockDim.x / WARP; i++) {
    before += i < warp ? scratch[i] : 0;
    total += scratch[i];
  }
  return before + sum - value;
}

}  // namespace

// counts[digit, chunk] = how often the digit occurs among the 1024 ids of a chunk, each block's.
extern "C" __global__ void __launch_bounds__(CHUNK)
    count_digits(const int* ids, int num_rows, int num_ids, int shift, int* counts) {
  __shared__ int sums[DIGITS];
  int place = blockIdx.x * CHUNK + threadIdx.x;
  if (threadIdx.x < DIGITS) {
    sums[threadIdx.x] = 0;
  }
  __syncthreads();
  if (place < num_rows) {
    atomicAdd(&sums[digit_of(ids[place], num_ids, shift)], 1);
  }
  __syncthreads();
  if (threadIdx.x < DIGITS) {
    counts[threadIdx.x * gridDim.x + blockIdx.x] = sums[threadIdx.x];
  }
}

// Replaces a block's digit's counts by the sums of those of the chunks before, and writes the sum of
// all.
extern "C" __global__ void __launch_bounds__(DIGITS)
    add_up_chunks(int* counts, int num_chunks, int* totals) {
  __shared__ int scratch[WARP];
  int* own = counts + blockIdx.x * num_chunks;
  int before = 0;
  for (int first = 0; first < num_chunks; first += DIGITS) {
    int chunk = first + threadIdx.x;
    int total;
    int sum = before + block_sum_before(chunk < num_chunks ? own[chunk] : 0, scratch, total);
    if (chunk < num_chunks) {
      own[chunk] = sum;
    }
    before += total;
  }
  if (threadIdx.x == 0) {
    totals[blockIdx.x] = before;
  }
}

// Sorts a block's chunk of ids by a digit, and the numbers of their rows with them. The rows of
// unsorted ids are null: 0, 1, 2, ...
extern "C" __global__ void __launch_bounds__(CHUNK)
    place_by_digit(const int* ids, const int* rows, int num_rows, int num_ids, int shift,
                   const int* counts, const int* totals, int* sorted_ids, int* sorted_rows) {
  // For each warp and digit, where the first of its ids goes.
  __shared__ int places[CHUNK / WARP][DIGITS];
  __shared__ int scratch[WARP];
  int thread = threadIdx.x;
  int lane = thread % WARP;
  int warp = thread / WARP;
  int place = blockIdx.x * CHUNK + thread;
  bool valid = place < num_rows;
  int id = valid ? ids[place] : -1;
  int digit = digit_of(id, num_ids, shift);
  for (int i = thread; i < CHUNK / WARP * DIGITS; i += CHUNK) {
    (&places[0][0])[i] = 0;
  }
  uint32 peers = __ballot_sync(ALL_LANES, valid);
#pragma unroll
  for (int bit = 0; bit < DIGIT_BITS; bit++) {
    bool set = (digit >> bit & 1) != 0;
    uint32 others = __ballot_sync(ALL_LANES, set);
    peers &= set ? others : ~others;
  }
  int rank = __popc(peers & ((1u << lane) - 1));
  int total = thread < DIGITS ? totals[thread] : 0;
  int first = block_sum_before(total, scratch, total);
  if (valid && rank == 0) {
    places[warp][digit] = __popc(peers);
  }
  __syncthreads();
  if (thread < DIGITS) {
    first += counts[thread * gridDim.x + blockIdx.x];
    for (int i = 0; i < CHUNK / WARP; i++) {
      int count = places[i][thread];
      places[i][thread] = first;
      first += count;
    }
  }
  __syncthreads();
  if (valid) {
    int target = places[warp][digit] + rank;
    sorted_ids[target] = id;
    sorted_rows[target] = rows == nullptr ? place : rows[place];
  }
}

namespace {

template <int WIDTH, typename T>
__device__ __forceinline__ void add_to_row(T* row, const floats<WIDTH>& sum) {
  floats<WIDTH> values = read<WIDTH>(row);
#pragma unroll
  for (int i = 0; i < WIDTH; i++) {
    values.values[i] += sum.values[i];
  }
  write(row, values);
}

// The gradients' table, of their type or float, from one place on.
template <int WIDTH>
__device__ __forceinline__ void add_to_table(void* table, bool floats_in_table, int64 offset,
                                             const floats<WIDTH>& sum) {
  if (floats_in_table) {
    add_to_row<WIDTH>(static_cast<float*>(table) + offset, sum);
  } else {
    add_to_row<WIDTH>(static_cast<element*>(table) + offset, sum);
  }
}

// A warp adds up the runs of a tile, in WARP · WIDTH columns. A run that began before the tile goes
// to partials[tile, 0], another one that goes on behind it to partials[tile, 1], all others to the
// table.
template <int WIDTH>
__device__ __forceinline__ void add_tiles(const element* gradient, const int* ids, const int* rows,
                                          int num_rows, int rows_per_tile, void* table,
                                          bool floats_in_table, float* partials,
                                          int64 num_columns) {
  int lane = threadIdx.x % WARP;
  int64 tile = (int64)blockIdx.x * (THREADS / WARP) + threadIdx.x / WARP;
  if (tile * rows_per_tile >= num_rows) {
    return;
  }
  int first = (int)tile * rows_per_tile;
  int end = num_rows - first < rows_per_tile ? num_rows : first + rows_per_tile;
  int64 column = ((int64)blockIdx.y * WARP + lane) * WIDTH;
  bool active = column < num_columns;
  int id_before = first > 0 ? ids[first - 1] : -1;
  int id_behind = end < num_rows ? ids[end] : -1;
  int run = -1;
  floats<WIDTH> sum = {};
  auto end_run = [&](bool at_end) {
    if (run < 0 || !active) {
      return;
    }
    if (run == id_before) {
      write(partials + 2 * tile * num_columns + column, sum);
    } else if (at_end && run == id_behind) {
      write(partials + (2 * tile + 1) * num_columns + column, sum);
    } else {
      add_to_table(table, floats_in_table, run * num_columns + column, sum);
    }
  };
  for (int start = first; start < end; start += WARP) {
    int place = start + lane;
    int own_id = place < end ? ids[place] : -1;
    int own_row = place < end ? rows[place] : 0;
    for (int batch = 0; batch < WARP; batch += BATCH) {
      vector<element, WIDTH> loaded[BATCH];
      int batch_ids[BATCH];
#pragma unroll
      for (int i = 0; i < BATCH; i++) {
        batch_ids[i] = __shfl_sync(ALL_LANES, own_id, batch + i);
        int64 row = __shfl_sync(ALL_LANES, own_row, batch + i);
        if (batch_ids[i] >= 0 && active) {
          loaded[i] = load<element, WIDTH>(gradient + row * num_columns + column);
        }
      }
#pragma unroll
      for (int i = 0; i < BATCH; i++) {
        if (batch_ids[i] != run) {
          end_run(false);
          run = batch_ids[i];
          sum = {};
        }
        if (run >= 0 && active) {
          floats<WIDTH> values = to_floats(loaded[i]);
#pragma unroll
          for (int j = 0; j < WIDTH; j++) {
            sum.values[j] += values.values[j];
          }
        }
      }
    }
  }
  end_run(true);
}

// A warp adds up the sums of a run that begins in a tile and crosses its end, in WARP · WIDTH columns.
template <int WIDTH>
__device__ __forceinline__ void add_crossing(const int* ids, int num_rows, int rows_per_tile,
                                             const float* partials, void* table,
                                             bool floats_in_table, int64 num_columns) {
  int lane = threadIdx.x % WARP;
  int64 tile = (int64)blockIdx.x * (THREADS / WARP) + threadIdx.x / WARP;
  int64 next = (tile + 1) * rows_per_tile;
  if (next >= num_rows) {
    return;
  }
  int run = ids[next];
  if (run < 0 || ids[next - 1] != run || (tile > 0 && ids[tile * rows_per_tile - 1] == run)) {
    return;
  }
  int64 column = ((int64)blockIdx.y * WARP + lane) * WIDTH;
  bool active = column < num_columns;
  floats<WIDTH> sum = {};
  if (active) {
    sum = read<WIDTH>(partials + (2 * tile + 1) * num_columns + column);
  }
  int num_tiles = WARP;
  for (tile++; num_tiles == WARP; tile += WARP) {
    int64 start = (tile + lane) * rows_per_tile;
    bool goes_on = start < num_rows && ids[start] == run;
    num_tiles = __popc(__ballot_sync(ALL_LANES, goes_on));
    if (active) {
#pragma unroll 8
      for (int i = 0; i < num_tiles; i++) {
        floats<WIDTH> values = read<WIDTH>(partials + 2 * (tile + i) * num_columns + column);
#pragma unroll
        for (int j = 0; j < WIDTH; j++) {
          sum.values[j] += values.values[j];
        }
      }
    }
  }
  if (active) {
    add_to_table(table, floats_in_table, run * num_columns + column, sum);
  }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS)
    scatter_add_tiles(const element* gradient, const int* ids, const int* rows, int num_rows,
                      int rows_per_tile, void* table, int floats_in_table, float* partials,
                      int64 num_columns) {
  add_tiles<1>(gradient, ids, rows, num_rows, rows_per_tile, table, floats_in_table != 0, partials,
               num_columns);
}

// Where all rows are aligned to 16 bytes.
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS)
    scatter_add_tiles_vectors(const element* gradient, const int* ids, const int* rows,
                              int num_rows, int rows_per_tile, void* table, int floats_in_table,
                              float* partials, int64 num_columns) {
  add_tiles<VECTOR<element>>(gradient, ids, rows, num_rows, rows_per_tile, table,
                             floats_in_table != 0, partials, num_columns);
}

extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS)
    scatter_add_crossing(const int* ids, int num_rows, int rows_per_tile, const float* partials,
                         void* table, int floats_in_table, int64 num_columns) {
  add_crossing<1>(ids, num_rows, rows_per_tile, partials, table, floats_in_table != 0, num_columns);
}

extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS)
    scatter_add_crossing_vectors(const int* ids, int num_rows, int rows_per_tile,
                                 const float* partials, void* table, int floats_in_table,
                                 int64 num_columns) {
  add_crossing<VECTOR<element>>(ids, num_rows, rows_per_tile, partials, table, floats_in_table != 0,
                                num_columns);
}
