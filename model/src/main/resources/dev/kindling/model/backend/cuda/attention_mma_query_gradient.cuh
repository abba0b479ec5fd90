// The gradient of queries on tensor cores: a block has some queries of one head, and goes through
// the keys.
#pragma once

#include "attention_mma_backward.cuh"

struct query_gradient_tiles {
  bf16 queries[OWN_ROWS * D];
  bf16 output_gradients[OWN_ROWS * D];
  struct {
    bf16 keys[OTHER_ELEMENTS];
    bf16 values[OTHER_ELEMENTS];
  } stages[2];
};

// What a lane knows of each of its rows.
struct query_rows {
  float statistics[TILES][2];
  float deltas[TILES][2];
};

// The sums over a row of the products of two tiles of bf16.
__device__ __forceinline__ void multiply_rows(
    float (&sums)[TILES][2], const bf16* a, const bf16* b, int row) {
#pragma unroll
  for (int m = 0; m < TILES; m++) {
    sums[m][0] = sums[m][1] = 0.0f;
#pragma unroll
    for (int k = 0; k < STEPS_OF_HEAD; k++) {
      uint32 left[4];
      uint32 right[4];
      load_first(left, a, row + m * STEP, k * STEP);
      load_first(right, b, row + m * STEP, k * STEP);
#pragma unroll
      for (int i = 0; i < 4; i++) {
        sums[m][i % 2] += lower_half(left[i]) * lower_half(right[i]);
        sums[m][i % 2] += upper_half(left[i]) * upper_half(right[i]);
      }
    }
    sums[m][0] = sum_of_row(sums[m][0]);
    sums[m][1] = sum_of_row(sums[m][1]);
  }
}

// deltas: written
template <bool OPTIONS>
__device__ __forceinline__ void query_gradient(
    const attention_inputs& inputs, const bf16* output_gradient, const float* statistics,
    const bf16* output, float* deltas, heads<bf16> gradient) {
  query_gradient_tiles& tiles = *reinterpret_cast<query_gradient_tiles*>(dynamic_shared);

  int num_tiles = num_tiles_of(inputs.num_queries, OWN_ROWS);
  block_part part = part_of_block(inputs.num_heads, num_tiles);
  // The last rows of causal attention have the most to do, and so come first.
  int first_query = (num_tiles - 1 - part.tile) * OWN_ROWS;
  int warp_row = warp_index() * WARP_ROWS;
  int warp_query = first_query + warp_row;
  int visible = inputs.num_visible(part.sequence);
  int end = inputs.end_of_keys(min(first_query + OWN_ROWS, inputs.num_queries) - 1, visible);
  int warp_end = inputs.end_of_keys(warp_query + WARP_ROWS - 1, visible);
  int key_head = part.head / inputs.group_size;
  head_rows<const bf16> key = inputs.rows(inputs.key, part.sequence, key_head);
  head_rows<const bf16> value = inputs.rows(inputs.value, part.sequence, key_head);
  sample_halves sample = inputs.dropout_sample_key(part.sequence);

  load_tile<OWN_ROWS>(tiles.queries, inputs.rows(inputs.query, part.sequence, part.head),
                      first_query, inputs.num_queries);
  load_tile<OWN_ROWS>(tiles.output_gradients,
                      inputs.output_rows(output_gradient, part.sequence, part.head), first_query,
                      inputs.num_queries);
  // The outputs lie where the second keys will.
  static_assert(OWN_ROWS <= 2 * OTHER_ROWS, "outputs are more than keys and values");
  bf16* outputs = tiles.stages[1].keys;
  load_tile<OWN_ROWS>(outputs, inputs.output_rows(output, part.sequence, part.head), first_query,
                      inputs.num_queries);
  load_tile<OTHER_ROWS>(tiles.stages[0].keys, key, 0, end);
  load_tile<OTHER_ROWS>(tiles.stages[0].values, value, 0, end);
  copy_async_commit();
  copy_async_wait<0>();
  __syncthreads();

  head_fragments<TILES> queries;
  head_fragments<TILES> output_gradients;
  load_head<TILES>(queries, tiles.queries, warp_row);
  load_head<TILES>(output_gradients, tiles.output_gradients, warp_row);
  query_rows rows;
  multiply_rows(rows.deltas, outputs, tiles.output_gradients, warp_row);
  load_statistics(rows.statistics, inputs, statistics, part.sequence, part.head, warp_query);
  if (lane_index() % 4 == 0) {
#pragma unroll
    for (int m = 0; m < TILES; m++) {
#pragma unroll
      for (int half = 0; half < 2; half++) {
        int query_index = warp_query + m * STEP + half * 8 + fragment_row();
        if (query_index < inputs.num_queries) {
          deltas[inputs.statistics_row(part.sequence, part.head) + query_index] =
              rows.deltas[m][half];
        }
      }
    }
  }

  sum_fragments<TILES, D / 8> sums = {};
  int stage = 0;
  for (int first_key = 0; first_key < end; first_key += OTHER_ROWS) {
    copy_async_wait<0>();
    __syncthreads();
    if (first_key + OTHER_ROWS < end) {
      load_tile<OTHER_ROWS>(tiles.stages[stage ^ 1].keys, key, first_key + OTHER_ROWS, end);
      load_tile<OTHER_ROWS>(tiles.stages[stage ^ 1].values, value, first_key + OTHER_ROWS, end);
      copy_async_commit();
    }
    const bf16* keys = tiles.stages[stage].keys;
    const bf16* values = tiles.stages[stage].values;
#pragma unroll 1
    for (int row = 0; row < OTHER_ROWS && first_key + row < warp_end; row += PART_ROWS) {
      part_fragments probabilities = {};
      add_scores<TILES, PART>(probabilities, queries, keys, row);
      make_probabilities<OPTIONS>(probabilities, inputs, rows.statistics, visible, part.head,
                                  warp_query, first_key + row);
      if (first_key + row + PART_ROWS > inputs.end_of_keys(warp_query, visible)) {
        hide_keys(probabilities, inputs, visible, warp_query, first_key + row);
      }

      part_fragments gradients = {};
      add_scores<TILES, PART>(gradients, output_gradients, values, row);
      make_score_gradients<OPTIONS>(gradients, inputs, probabilities, rows.deltas, sample,
                                    part.head, warp_query, first_key + row);
      part_weights weights;
#pragma unroll
      for (int m = 0; m < TILES; m++) {
#pragma unroll
        for (int n = 0; n < PART; n++) {
#pragma unroll
          for (int i = 0; i < 4; i += 2) {
            put_weights<TILES, PART>(weights, m, n, i, gradients[m][n][i], gradients[m][n][i + 1]);
          }
        }
      }
      add_weighted<TILES, PART>(sums, weights, keys, row);
    }
    stage ^= 1;
  }

  float factors[TILES][2];
#pragma unroll
  for (int m = 0; m < TILES; m++) {
    factors[m][0] = factors[m][1] = inputs.scale;
  }
  store_rows<TILES>(inputs.rows(gradient, part.sequence, part.head), sums, factors, tiles.queries,
                    warp_row, warp_query, inputs.num_queries, inputs.num_queries);
}

extern "C" __global__ void __launch_bounds__(THREADS, 2)
    attention_mma_query_gradient(
        ATTENTION_PARAMETERS, const bf16* output_gradient, const float* statistics,
        const bf16* output, float* deltas, HEADS_PARAMETERS(bf16, gradient)) {
  query_gradient<false>(ATTENTION_INPUTS, output_gradient, statistics, output, deltas,
                        HEADS(gradient));
}

extern "C" __global__ void __launch_bounds__(THREADS, 2)
    attention_mma_query_gradient_options(
        ATTENTION_PARAMETERS, const bf16* output_gradient, const float* statistics,
        const bf16* output, float* deltas, HEADS_PARAMETERS(bf16, gradient)) {
  query_gradient<true>(ATTENTION_INPUTS, output_gradient, statistics, output, deltas,
                       HEADS(gradient));
}
