// Attention forward on tensor cores: a block has 128 queries of one head, and goes through the keys.
#pragma once

#include "attention_mma.cuh"

constexpr int TILES = 2;
constexpr int WARP_QUERIES = TILES * STEP;
constexpr int QUERIES = WARPS * WARP_QUERIES;

// Bigger heads leave too few registers: their queries stay in shared memory.
constexpr bool QUERIES_IN_REGISTERS = D <= 64;

struct forward_tiles {
  bf16 queries[QUERIES * D];
  bf16 keys[2][OTHER_ELEMENTS];
  bf16 values[2][OTHER_ELEMENTS];
};

// Exponents, and of the row each of which a lane has a part: the largest, and the sum of the powers
// relative to it.
struct softmax_rows {
  float maximums[TILES][2];
  float sums[TILES][2];
};

// OPTIONS: whether there is a bias or dropout
//
// output: [B · Q, H · D]
// statistics: [B, H, Q], or null
template <bool OPTIONS>
__device__ __forceinline__ void forward(
    const attention_inputs& inputs, bf16* output, float* statistics) {
  forward_tiles& tiles = *reinterpret_cast<forward_tiles*>(dynamic_shared);

  int num_tiles = num_tiles_of(inputs.num_queries, QUERIES);
  block_part part = part_of_block(inputs.num_heads, num_tiles);
  // The last rows of causal attention have the most to do, and so come first.
  int first_query = (num_tiles - 1 - part.tile) * QUERIES;
  int warp_query = first_query + warp_index() * WARP_QUERIES;
  int visible = inputs.num_visible(part.sequence);
  int end = inputs.end_of_keys(min(first_query + QUERIES, inputs.num_queries) - 1, visible);
  int warp_end = inputs.end_of_keys(warp_query + WARP_QUERIES - 1, visible);
  int key_head = part.head / inputs.group_size;
  head_rows<const bf16> key = inputs.rows(inputs.key, part.sequence, key_head);
  head_rows<const bf16> value = inputs.rows(inputs.value, part.sequence, key_head);
  sample_halves sample = inputs.dropout_sample_key(part.sequence);

  load_tile<QUERIES>(tiles.queries, inputs.rows(inputs.query, part.sequence, part.head),
                     first_query, inputs.num_queries);
  load_tile<OTHER_ROWS>(tiles.keys[0], key, 0, end);
  load_tile<OTHER_ROWS>(tiles.values[0], value, 0, end);
  copy_async_commit();

  head_fragments<TILES> queries;
  if (QUERIES_IN_REGISTERS) {
    copy_async_wait<0>();
    __syncthreads();
    load_head<TILES>(queries, tiles.queries, warp_index() * WARP_QUERIES);
  }

  // With a bias, scores are scaled before it is added.
  const bool biased = OPTIONS && inputs.bias != nullptr;
  const float factor = biased ? 1.0f : exponent_factor(inputs);
  sum_fragments<TILES, D / 8> sums = {};
  softmax_rows rows;
#pragma unroll
  for (int m = 0; m < TILES; m++) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
      rows.maximums[m][half] = -infinity();
      rows.sums[m][half] = 0.0f;
    }
  }

  for (int first_key = 0; first_key < end; first_key += OTHER_ROWS) {
    int stage = first_key / OTHER_ROWS % 2;
    copy_async_wait<0>();
    __syncthreads();
    if (first_key + OTHER_ROWS < end) {
      load_tile<OTHER_ROWS>(tiles.keys[stage ^ 1], key, first_key + OTHER_ROWS, end);
      load_tile<OTHER_ROWS>(tiles.values[stage ^ 1], value, first_key + OTHER_ROWS, end);
      copy_async_commit();
    }
    if (first_key >= warp_end) {
      continue;
    }

    sum_fragments<TILES, OTHER_ROWS / 8> scores = {};
    if (QUERIES_IN_REGISTERS) {
      add_scores<TILES, OTHER_ROWS / 8>(scores, queries, tiles.keys[stage], 0);
    } else {
      add_scores<TILES, OTHER_ROWS / 8>(scores, tiles.queries, warp_index() * WARP_QUERIES,
                                        tiles.keys[stage], 0);
    }

    bool masked = first_key + OTHER_ROWS > inputs.end_of_keys(warp_query, visible);
    if (masked || biased) {
#pragma unroll
      for (int m = 0; m < TILES; m++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
          // Rows beyond the last query see what it sees; nobody reads what they come to.
          int query_index =
              min(warp_query + m * STEP + i / 2 * 8 + fragment_row(), inputs.num_queries - 1);
          int row_end = inputs.end_of_keys(query_index, visible);
          int64 score_row = OPTIONS ? inputs.score_row(part.head, query_index) : 0;
#pragma unroll
          for (int n = 0; n < OTHER_ROWS / 8; n++) {
            int key_index = first_key + n * 8 + fragment_column() + i % 2;
            if (biased) {
              scores[m][n][i] = exponent_of<OPTIONS>(inputs, scores[m][n][i], 0.0f,
                                                     score_row + key_index, key_index < row_end);
            }
            if (key_index >= row_end) {
              scores[m][n][i] = -infinity();
            }
          }
        }
      }
    }

    weight_fragments<TILES, OTHER_ROWS / 8> weights;
#pragma unroll
    for (int m = 0; m < TILES; m++) {
#pragma unroll
      for (int half = 0; half < 2; half++) {
        float maximum = rows.maximums[m][half];
#pragma unroll
        for (int n = 0; n < OTHER_ROWS / 8; n++) {
          maximum = fmaxf(maximum, fmaxf(scores[m][n][half * 2], scores[m][n][half * 2 + 1]));
        }
        // Finite: all rows see key 0.
        maximum = max_of_row(maximum);
        float correction = exp2_approximate((rows.maximums[m][half] - maximum) * factor);
        rows.maximums[m][half] = maximum;
#pragma unroll
        for (int n = 0; n < D / 8; n++) {
          sums[m][n][half * 2] *= correction;
          sums[m][n][half * 2 + 1] *= correction;
        }
        float scaled_maximum = maximum * factor;
        float sum = rows.sums[m][half] * correction;
        int query_index = warp_query + m * STEP + half * 8 + fragment_row();
        int64 score_row = OPTIONS ? inputs.score_row(part.head, query_index) : 0;
#pragma unroll
        for (int n = 0; n < OTHER_ROWS / 8; n++) {
          float left = exp2_approximate(fmaf(scores[m][n][half * 2], factor, -scaled_maximum));
          float right =
              exp2_approximate(fmaf(scores[m][n][half * 2 + 1], factor, -scaled_maximum));
          sum += left + right;
          if (OPTIONS && inputs.dropout_scale != 0.0f) {
            int64 place = score_row + first_key + n * 8 + fragment_column();
            left *= inputs.dropout_factor(sample, place);
            right *= inputs.dropout_factor(sample, place + 1);
          }
          put_weights<TILES, OTHER_ROWS / 8>(weights, m, n, half * 2, left, right);
        }
        rows.sums[m][half] = sum;
      }
    }
    add_weighted<TILES, OTHER_ROWS / 8>(sums, weights, tiles.values[stage], 0);
  }

  float factors[TILES][2];
#pragma unroll
  for (int m = 0; m < TILES; m++) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
      float sum = sum_of_row(rows.sums[m][half]);
      factors[m][half] = 1.0f / sum;
      int query_index = warp_query + m * STEP + half * 8 + fragment_row();
      if (statistics != nullptr && lane_index() % 4 == 0 && query_index < inputs.num_queries) {
        statistics[inputs.statistics_row(part.sequence, part.head) + query_index] =
            rows.maximums[m][half] * factor * LN_2 + logf(sum);
      }
    }
  }
  store_rows<TILES>(inputs.output_rows(output, part.sequence, part.head), sums, factors,
                    tiles.queries, warp_index() * WARP_QUERIES, warp_query, inputs.num_queries,
                    inputs.num_queries);
}

extern "C" __global__ void __launch_bounds__(THREADS, 2)
    attention_mma_forward(ATTENTION_PARAMETERS, bf16* output, float* statistics) {
  forward<false>(ATTENTION_INPUTS, output, statistics);
}

extern "C" __global__ void __launch_bounds__(THREADS, 2)
    attention_mma_forward_options(ATTENTION_PARAMETERS, bf16* output, float* statistics) {
  forward<true>(ATTENTION_INPUTS, output, statistics);
}
