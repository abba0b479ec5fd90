// The gradient of the bias on tensor cores: a block has some queries and 64 keys of one head, and goes
// through the sequences.
#pragma once

#include "attention_mma_backward.cuh"

struct bias_gradient_tiles {
  bf16 queries[OWN_ROWS * D];
  bf16 output_gradients[OWN_ROWS * D];
  bf16 keys[OTHER_ELEMENTS];
  bf16 values[OTHER_ELEMENTS];
};

// gradient: [H, Q, K], added to
extern "C" __global__ void __launch_bounds__(THREADS, 2)
    attention_mma_bias_gradient(
        ATTENTION_PARAMETERS, const bf16* output_gradient, const float* statistics,
        const float* deltas, float* gradient, int num_sequences) {
  bias_gradient_tiles& tiles = *reinterpret_cast<bias_gradient_tiles*>(dynamic_shared);
  attention_inputs inputs = ATTENTION_INPUTS;

  int num_key_tiles = num_tiles_of(num_keys, OTHER_ROWS);
  int num_query_tiles = num_tiles_of(num_queries, OWN_ROWS);
  int head = blockIdx.x / num_key_tiles / num_query_tiles;
  int first_query = blockIdx.x / num_key_tiles % num_query_tiles * OWN_ROWS;
  int first_key = blockIdx.x % num_key_tiles * OTHER_ROWS;
  int warp_row = warp_index() * WARP_ROWS;
  int warp_query = first_query + warp_row;
  if (causal && first_key >= first_query + OWN_ROWS) {
    return;
  }

  part_fragments sums[OTHER_ROWS / PART_ROWS] = {};
  for (int sequence = 0; sequence < num_sequences; sequence++) {
    int visible = inputs.num_visible(sequence);
    if (first_key >= visible) {
      continue;
    }
    int key_head = head / group_size;
    __syncthreads();
    load_tile<OWN_ROWS>(tiles.queries, inputs.rows(inputs.query, sequence, head), first_query,
                        num_queries);
    load_tile<OWN_ROWS>(tiles.output_gradients, inputs.output_rows(output_gradient, sequence, head),
                        first_query, num_queries);
    load_tile<OTHER_ROWS>(tiles.keys, inputs.rows(inputs.key, sequence, key_head), first_key,
                          visible);
    load_tile<OTHER_ROWS>(tiles.values, inputs.rows(inputs.value, sequence, key_head), first_key,
                          visible);
    copy_async_commit();
    sample_halves sample = inputs.dropout_sample_key(sequence);
    float row_statistics[TILES][2];
    float row_deltas[TILES][2];
    load_statistics(row_statistics, inputs, statistics, sequence, head, warp_query);
#pragma unroll
    for (int m = 0; m < TILES; m++) {
#pragma unroll
      for (int half = 0; half < 2; half++) {
        int query_index = min(warp_query + m * STEP + half * 8 + fragment_row(), num_queries - 1);
        row_deltas[m][half] = deltas[inputs.statistics_row(sequence, head) + query_index];
      }
    }
    copy_async_wait<0>();
    __syncthreads();

#pragma unroll
    for (int part = 0; part < OTHER_ROWS / PART_ROWS; part++) {
      int part_key = first_key + part * PART_ROWS;
      part_fragments probabilities = {};
      add_scores<TILES, PART>(probabilities, tiles.queries, warp_row, tiles.keys,
                              part * PART_ROWS);
      make_probabilities<true>(probabilities, inputs, row_statistics, visible, head, warp_query,
                               part_key);
      hide_keys(probabilities, inputs, visible, warp_query, part_key);
      part_fragments gradients = {};
      add_scores<TILES, PART>(gradients, tiles.output_gradients, warp_row, tiles.values,
                              part * PART_ROWS);
      make_score_gradients<true>(gradients, inputs, probabilities, row_deltas, sample, head,
                                 warp_query, part_key);
#pragma unroll
      for (int m = 0; m < TILES; m++) {
#pragma unroll
        for (int n = 0; n < PART; n++) {
#pragma unroll
          for (int i = 0; i < 4; i++) {
            sums[part][m][n][i] += gradients[m][n][i];
          }
        }
      }
    }
  }

#pragma unroll
  for (int m = 0; m < TILES; m++) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      int query_index = warp_query + m * STEP + i / 2 * 8 + fragment_row();
      int64 score_row = inputs.score_row(head, query_index);
#pragma unroll
      for (int part = 0; part < OTHER_ROWS / PART_ROWS; part++) {
#pragma unroll
        for (int n = 0; n < PART; n++) {
          int key_index = first_key + part * PART_ROWS + n * 8 + fragment_column() + i % 2;
          if (query_index < num_queries && key_index < num_keys) {
            gradient[score_row + key_index] += sums[part][m][n][i];
          }
        }
      }
    }
  }
}
