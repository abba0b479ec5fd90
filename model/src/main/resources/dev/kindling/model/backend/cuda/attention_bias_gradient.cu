// The gradient of attention's bias.
#include "attention_backward.cuh"

// Adds to the gradient of the bias, [H, Q, K]. A block has 64 queries and 32 keys of one head, and
// goes through the sequences.
template <int SLICES>
__device__ __forceinline__ void bias_gradient(
    const attention_inputs& inputs, const element* output_gradient, const float* statistics,
    const float* deltas, float* gradient, int num_sequences) {
  backward_tiles& tiles = *reinterpret_cast<backward_tiles*>(dynamic_shared);

  int num_key_tiles = num_tiles_of(inputs.num_keys, OTHER_ROWS);
  int num_query_tiles = num_tiles_of(inputs.num_queries, OWN_ROWS);
  int head = blockIdx.x / num_key_tiles / num_query_tiles;
  int first_query = blockIdx.x / num_key_tiles % num_query_tiles * OWN_ROWS;
  int first_key = blockIdx.x % num_key_tiles * OTHER_ROWS;
  if (inputs.causal && first_key >= first_query + OWN_ROWS) {
    return;
  }

  score_block sums = {};
  for (int sequence = 0; sequence < num_sequences; sequence++) {
    int visible = inputs.num_visible(sequence);
    if (first_key >= visible) {
      continue;
    }
    sample_halves sample = inputs.dropout_sample_key(sequence);
    int64 statistics_row = inputs.statistics_row(sequence, head);
    backward_rows queries = {
        inputs.rows(inputs.query, sequence, head),
        inputs.output_rows(output_gradient, sequence, head), first_query, inputs.num_queries};
    backward_rows keys = {
        inputs.rows(inputs.key, sequence, head / inputs.group_size),
        inputs.rows(inputs.value, sequence, head / inputs.group_size), first_key, visible};
    score_gradients tile = multiply<SLICES>(tiles, queries, keys, inputs.head_size, false);
#pragma unroll
    for (int i = 0; i < ROWS_PER_THREAD; i++) {
      int query_index = min(first_query + own_row(i), inputs.num_queries - 1);
      int row_end = inputs.end_of_keys(query_index, visible);
      int64 score_row = inputs.score_row(head, query_index);
      float statistic = statistics[statistics_row + query_index];
      float delta = deltas[statistics_row + query_index];
#pragma unroll
      for (int j = 0; j < SCORES_PER_ROW; j++) {
        int key_index = first_key + other_row(j);
        if (key_index < row_end) {
          sums[i][j] += weigh(inputs, tile.scores[i][j], tile.gradients[i][j], statistic, delta,
                              sample, score_row + key_index)
                            .gradient;
        }
      }
    }
  }

#pragma unroll
  for (int i = 0; i < ROWS_PER_THREAD; i++) {
#pragma unroll
    for (int j = 0; j < SCORES_PER_ROW; j++) {
      int query_index = first_query + own_row(i);
      int key_index = first_key + other_row(j);
      if (query_index < inputs.num_queries && key_index < inputs.num_keys) {
        gradient[inputs.score_row(head, query_index) + key_index] += sums[i][j];
      }
    }
  }
}

// Head sizes up to 64: two blocks fit onto a multiprocessor.
extern "C" __global__ void __launch_bounds__(THREADS, 2)
    attention_bias_gradient_64(
        BACKWARD_PARAMETERS, const float* deltas, float* gradient, int num_sequences) {
  bias_gradient<1>(ATTENTION_INPUTS, output_gradient, statistics, deltas, gradient,
                   num_sequences);
}

extern "C" __global__ void __launch_bounds__(THREADS)
    attention_bias_gradient_128(
        BACKWARD_PARAMETERS, const float* deltas, float* gradient, int num_sequences) {
  bias_gradient<2>(ATTENTION_INPUTS, output_gradient, statistics, deltas, gradient,
                   num_sequences);
}

extern "C" __global__ void __launch_bounds__(THREADS)
    attention_bias_gradient_256(
        BACKWARD_PARAMETERS, const float* deltas, float* gradient, int num_sequences) {
  bias_gradient<4>(ATTENTION_INPUTS, output_gradient, statistics, deltas, gradient,
                   num_sequences);
}
