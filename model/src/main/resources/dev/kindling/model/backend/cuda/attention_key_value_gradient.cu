// The gradients of attention's keys and values.
#include "attention_backward.cuh"

// A block has 64 keys of one head, and goes through the queries of all heads that share it.
template <int SLICES>
__device__ __forceinline__ void key_value_gradient(
    const attention_inputs& inputs, const element* output_gradient, const float* statistics,
    const float* deltas, heads<element> key_gradient, heads<element> value_gradient) {
  backward_tiles& tiles = *reinterpret_cast<backward_tiles*>(dynamic_shared);

  // The first keys of causal attention have the most to do, and come first.
  block_part part = part_of_block(
      inputs.num_heads / inputs.group_size, num_tiles_of(inputs.num_keys, OWN_ROWS));
  int first_key = part.tile * OWN_ROWS;
  int visible = inputs.num_visible(part.sequence);
  sample_halves sample = inputs.dropout_sample_key(part.sequence);
  backward_rows keys = {
      inputs.rows(inputs.key, part.sequence, part.head),
      inputs.rows(inputs.value, part.sequence, part.head), first_key, visible};

  row_block<SLICES> key_sums = {};
  row_block<SLICES> value_sums = {};
  bool keys_are_here = false;
  int num_members = first_key < visible ? inputs.group_size : 0;
  for (int member = 0; member < num_members; member++) {
    int head = part.head * inputs.group_size + member;
    int64 statistics_row = inputs.statistics_row(part.sequence, head);
    // Queries before the first key do not see it; OWN_ROWS is a multiple of OTHER_ROWS.
    backward_rows queries = {
        inputs.rows(inputs.query, part.sequence, head),
        inputs.output_rows(output_gradient, part.sequence, head),
        inputs.causal ? first_key : 0, inputs.num_queries};
    for (; queries.first < inputs.num_queries; queries.first += OTHER_ROWS) {
      score_gradients tile =
          multiply<SLICES>(tiles, keys, queries, inputs.head_size, keys_are_here);
      keys_are_here = SLICES == 1;
#pragma unroll
      for (int j = 0; j < SCORES_PER_ROW; j++) {
        int query_index = queries.first + other_row(j);
        bool valid = query_index < inputs.num_queries;
        int row_end = valid ? inputs.end_of_keys(query_index, visible) : 0;
        int64 score_row = inputs.score_row(head, query_index);
        float statistic = valid ? statistics[statistics_row + query_index] : 0.0f;
        float delta = valid ? deltas[statistics_row + query_index] : 0.0f;
#pragma unroll
        for (int i = 0; i < ROWS_PER_THREAD; i++) {
          int key_index = first_key + own_row(i);
          weight_and_gradient pair = {0.0f, 0.0f};
          if (key_index < row_end) {
            pair = weigh(inputs, tile.scores[i][j], tile.gradients[i][j], statistic, delta, sample,
                         score_row + key_index);
          }
          tile.scores[i][j] = pair.weight;
          tile.gradients[i][j] = pair.gradient;
        }
      }
      share_weights(tiles.weights, tile.scores);
      add_weighted<SLICES>(value_sums, tiles.weights, tiles.other_weighing, queries.weighing,
                           queries.first, inputs.num_queries, inputs.head_size);
      share_weights(tiles.weights, tile.gradients);
      add_weighted<SLICES>(key_sums, tiles.weights, tiles.other_scoring, queries.scoring,
                           queries.first, inputs.num_queries, inputs.head_size);
    }
  }

  float key_factors[ROWS_PER_THREAD];
  float value_factors[ROWS_PER_THREAD];
#pragma unroll
  for (int i = 0; i < ROWS_PER_THREAD; i++) {
    key_factors[i] = inputs.scale;
    value_factors[i] = 1.0f;
  }
  store_rows<SLICES>(inputs.rows(key_gradient, part.sequence, part.head), key_sums, key_factors,
                     first_key, inputs.num_keys, visible, inputs.head_size);
  store_rows<SLICES>(inputs.rows(value_gradient, part.sequence, part.head), value_sums,
                     value_factors, first_key, inputs.num_keys, visible, inputs.head_size);
}

// Head sizes up to 64: two blocks fit onto a multiprocessor.
extern "C" __global__ void __launch_bounds__(THREADS, 2)
    attention_key_value_gradient_64(
        BACKWARD_PARAMETERS, const float* deltas, HEADS_PARAMETERS(element, key_gradient),
        HEADS_PARAMETERS(element, value_gradient)) {
  key_value_gradient<1>(ATTENTION_INPUTS, output_gradient, statistics, deltas,
                        HEADS(key_gradient), HEADS(value_gradient));
}

extern "C" __global__ void __launch_bounds__(THREADS)
    attention_key_value_gradient_128(
        BACKWARD_PARAMETERS, const float* deltas, HEADS_PARAMETERS(element, key_gradient),
        HEADS_PARAMETERS(element, value_gradient)) {
  key_value_gradient<2>(ATTENTION_INPUTS, output_gradient, statistics, deltas,
                        HEADS(key_gradient), HEADS(value_gradient));
}

extern "C" __global__ void __launch_bounds__(THREADS)
    attention_key_value_gradient_256(
        BACKWARD_PARAMETERS, const float* deltas, HEADS_PARAMETERS(element, key_gradient),
        HEADS_PARAMETERS(element, value_gradient)) {
  key_value_gradient<4>(ATTENTION_INPUTS, output_gradient, statistics, deltas,
                        HEADS(key_gradient), HEADS(value_gradient));
}
