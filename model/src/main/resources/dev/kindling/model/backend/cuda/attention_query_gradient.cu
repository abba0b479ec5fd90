// The gradient of attention's queries, and what all its gradients need of each query first.
#include "attention_backward.cuh"

// deltas[b, h, q] = Σ output · output_gradient over a head's columns; one warp has one of them.
extern "C" __global__ void __launch_bounds__(THREADS) attention_deltas(
    const element* output, const element* output_gradient, float* deltas, int64 num_rows,
    int num_queries, int num_heads, int head_size) {
  int64 row = blockIdx.x * (int64)(THREADS / WARP) + threadIdx.x / WARP;
  if (row >= num_rows) {
    return;
  }
  float sum = 0.0f;
  for (int column = threadIdx.x % WARP; column < head_size; column += WARP) {
    int64 place = row * head_size + column;
    sum += to_float(output[place]) * to_float(output_gradient[place]);
  }
  sum = warp_sum(sum);
  if (threadIdx.x % WARP == 0) {
    int64 head = row % num_heads;
    int64 query = row / num_heads % num_queries;
    int64 sequence = row / num_heads / num_queries;
    deltas[(sequence * num_heads + head) * num_queries + query] = sum;
  }
}

// 64 queries of one head, which a block takes through the keys that they see.
template <int SLICES>
struct query_tile {
  const attention_inputs& inputs;
  backward_tiles& tiles;
  int sequence;
  int head;
  int visible;
  backward_rows queries;
  backward_rows keys;

  __device__ __forceinline__ query_tile(
      const attention_inputs& inputs, backward_tiles& tiles, const element* output_gradient)
      : inputs(inputs), tiles(tiles) {
    int num_tiles = num_tiles_of(inputs.num_queries, OWN_ROWS);
    block_part part = part_of_block(inputs.num_heads, num_tiles);
    sequence = part.sequence;
    head = part.head;
    visible = inputs.num_visible(sequence);
    // The last rows of causal attention have the most to do, and so come first.
    int first = (num_tiles - 1 - part.tile) * OWN_ROWS;
    queries = {inputs.rows(inputs.query, sequence, head),
               inputs.output_rows(output_gradient, sequence, head), first, inputs.num_queries};
    int key_head = head / inputs.group_size;
    int end = inputs.end_of_keys(min(first + OWN_ROWS, inputs.num_queries) - 1, visible);
    keys = {inputs.rows(inputs.key, sequence, key_head),
            inputs.rows(inputs.value, sequence, key_head), 0, end};
  }

  // The query of one of the thread's rows; beyond the last query, that one.
  __device__ __forceinline__ int query_index(int i) const {
    return min(queries.first + own_row(i), inputs.num_queries - 1);
  }

  __device__ __forceinline__ void load(
      float (&values)[ROWS_PER_THREAD], const float* all) const {
#pragma unroll
    for (int i = 0; i < ROWS_PER_THREAD; i++) {
      values[i] = all[inputs.statistics_row(sequence, head) + query_index(i)];
    }
  }

  // The gradients of the scores of the keys that it is at.
  __device__ __forceinline__ score_gradients gradients(
      const float (&statistics)[ROWS_PER_THREAD], const float (&deltas)[ROWS_PER_THREAD]) {
    bool queries_are_here = SLICES == 1 && keys.first > 0;
    score_gradients tile =
        multiply<SLICES>(tiles, queries, keys, inputs.head_size, queries_are_here);
    sample_halves sample = inputs.dropout_sample_key(sequence);
#pragma unroll
    for (int i = 0; i < ROWS_PER_THREAD; i++) {
      int row_end = inputs.end_of_keys(query_index(i), visible);
      int64 score_row = inputs.score_row(head, query_index(i));
#pragma unroll
      for (int j = 0; j < SCORES_PER_ROW; j++) {
        int key_index = keys.first + other_row(j);
        float& gradient = tile.gradients[i][j];
        gradient = key_index < row_end
                       ? weigh(inputs, tile.scores[i][j], gradient, statistics[i], deltas[i],
                               sample, score_row + key_index)
                             .gradient
                       : 0.0f;
      }
    }
    return tile;
  }
};

// deltas[b, h, q] = Σ probability · gradient over the keys: what attention_deltas gives, without the
// rounding of the output.
template <int SLICES>
__device__ __forceinline__ void exact_deltas(
    const attention_inputs& inputs, const element* output_gradient, const float* statistics,
    float* deltas) {
  backward_tiles& tiles = *reinterpret_cast<backward_tiles*>(dynamic_shared);
  query_tile<SLICES> at(inputs, tiles, output_gradient);
  float statistics_of_rows[ROWS_PER_THREAD];
  at.load(statistics_of_rows, statistics);
  const float no_deltas[ROWS_PER_THREAD] = {};
  float sums[ROWS_PER_THREAD] = {};
  for (; at.keys.first < at.keys.count; at.keys.first += OTHER_ROWS) {
    score_gradients tile = at.gradients(statistics_of_rows, no_deltas);
#pragma unroll
    for (int i = 0; i < ROWS_PER_THREAD; i++) {
#pragma unroll
      for (int j = 0; j < SCORES_PER_ROW; j++) {
        sums[i] += tile.gradients[i][j];
      }
    }
  }
#pragma unroll
  for (int i = 0; i < ROWS_PER_THREAD; i++) {
    float sum = sum_of_row(sums[i]);
    int query_index = at.queries.first + own_row(i);
    if (thread_x() == 0 && query_index < inputs.num_queries) {
      deltas[inputs.statistics_row(at.sequence, at.head) + query_index] = sum;
    }
  }
}

// A block has 64 queries of one head, and goes through the keys.
template <int SLICES>
__device__ __forceinline__ void query_gradient(
    const attention_inputs& inputs, const element* output_gradient, const float* statistics,
    const float* deltas, heads<element> gradient) {
  backward_tiles& tiles = *reinterpret_cast<backward_tiles*>(dynamic_shared);
  query_tile<SLICES> at(inputs, tiles, output_gradient);
  float statistics_of_rows[ROWS_PER_THREAD];
  float deltas_of_rows[ROWS_PER_THREAD];
  at.load(statistics_of_rows, statistics);
  at.load(deltas_of_rows, deltas);
  row_block<SLICES> sums = {};
  for (; at.keys.first < at.keys.count; at.keys.first += OTHER_ROWS) {
    score_gradients tile = at.gradients(statistics_of_rows, deltas_of_rows);
    share_weights(tiles.weights, tile.gradients);
    add_weighted<SLICES>(sums, tiles.weights, tiles.other_scoring, at.keys.scoring, at.keys.first,
                         at.keys.count, inputs.head_size);
  }
  float factors[ROWS_PER_THREAD];
#pragma unroll
  for (int i = 0; i < ROWS_PER_THREAD; i++) {
    factors[i] = inputs.scale;
  }
  store_rows<SLICES>(inputs.rows(gradient, at.sequence, at.head), sums, factors, at.queries.first,
                     inputs.num_queries, inputs.num_queries, inputs.head_size);
}

// Head sizes up to 64: two blocks fit onto a multiprocessor.
extern "C" __global__ void __launch_bounds__(THREADS, 2)
    attention_exact_deltas_64(BACKWARD_PARAMETERS, float* deltas) {
  exact_deltas<1>(ATTENTION_INPUTS, output_gradient, statistics, deltas);
}

extern "C" __global__ void __launch_bounds__(THREADS)
    attention_exact_deltas_128(BACKWARD_PARAMETERS, float* deltas) {
  exact_deltas<2>(ATTENTION_INPUTS, output_gradient, statistics, deltas);
}

extern "C" __global__ void __launch_bounds__(THREADS)
    attention_exact_deltas_256(BACKWARD_PARAMETERS, float* deltas) {
  exact_deltas<4>(ATTENTION_INPUTS, output_gradient, statistics, deltas);
}

// Head sizes up to 64: two blocks fit onto a multiprocessor.
extern "C" __global__ void __launch_bounds__(THREADS, 2)
    attention_query_gradient_64(
        BACKWARD_PARAMETERS, const float* deltas, HEADS_PARAMETERS(element, gradient)) {
  query_gradient<1>(ATTENTION_INPUTS, output_gradient, statistics, deltas, HEADS(gradient));
}

extern "C" __global__ void __launch_bounds__(THREADS)
    attention_query_gradient_128(
        BACKWARD_PARAMETERS, const float* deltas, HEADS_PARAMETERS(element, gradient)) {
  query_gradient<2>(ATTENTION_INPUTS, output_gradient, statistics, deltas, HEADS(gradient));
}

extern "C" __global__ void __launch_bounds__(THREADS)
    attention_query_gradient_256(
        BACKWARD_PARAMETERS, const float* deltas, HEADS_PARAMETERS(element, gradient)) {
  query_gradient<4>(ATTENTION_INPUTS, output_gradient, statistics, deltas, HEADS(gradient));
}
