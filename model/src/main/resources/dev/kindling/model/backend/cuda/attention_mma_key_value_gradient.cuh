// The gradients of keys and values on tensor cores: a block has some keys of one head, and goes
// through the queries of all heads that share it. Scores are transposed, [keys, queries], so that
// they are at once the first factors of the gradients.
#pragma once

#include "attention_mma_backward.cuh"

struct key_value_gradient_tiles {
  bf16 keys[OWN_ROWS * D];
  bf16 values[OWN_ROWS * D];
  struct {
    bf16 queries[OTHER_ELEMENTS];
    bf16 output_gradients[OTHER_ELEMENTS];
    float statistics[OTHER_ROWS];
    float deltas[OTHER_ROWS];
  } stages[2];
};

// A tile of queries that see a block's keys: one head after the other of those that share them.
struct query_tile {
  int head;
  int first_query;

  __device__ __forceinline__ void advance(const attention_inputs& inputs, int first_of_head) {
    first_query += OTHER_ROWS;
    if (first_query >= inputs.num_queries) {
      first_query = first_of_head;
      head++;
    }
  }
};

// Makes probabilities 0 where a query lies before a key.
__device__ __forceinline__ void hide_keys(
    part_fragments& probabilities, int first_key, int first_query) {
#pragma unroll
  for (int m = 0; m < TILES; m++) {
#pragma unroll
    for (int n = 0; n < PART; n++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        int key_index = first_key + m * STEP + i / 2 * 8 + fragment_row();
        int query_index = first_query + n * 8 + fragment_column() + i % 2;
        if (key_index > query_index) {
          probabilities[m][n][i] = 0.0f;
        }
      }
    }
  }
}

// Makes scores [keys, queries] probabilities.
//
// statistics: of the queries, as exponents of 2
template <bool OPTIONS>
__device__ __forceinline__ void make_probabilities(
    part_fragments& scores, const attention_inputs& inputs, const float* statistics, int visible,
    int head, int first_key, int first_query) {
#pragma unroll
  for (int n = 0; n < PART; n++) {
    vector<float, 2> statistic = load<float, 2>(statistics + n * 8 + fragment_column());
#pragma unroll
    for (int m = 0; m < TILES; m++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        int key_index = first_key + m * STEP + i / 2 * 8 + fragment_row();
        int query_index = first_query + n * 8 + fragment_column() + i % 2;
        bool seen = key_index < visible && query_index < inputs.num_queries;
        int64 place = OPTIONS ? inputs.score_row(head, query_index) + key_index : 0;
        scores[m][n][i] = probability_of<OPTIONS>(inputs, scores[m][n][i],
                                                  statistic.values[i % 2], place, seen);
      }
    }
  }
}

// Which elements dropout keeps of a part [keys, queries]: bits by m, n and i.
__device__ __forceinline__ uint32 kept_elements(
    const attention_inputs& inputs, sample_halves sample, int head, int first_key,
    int first_query) {
  static_assert(TILES * PART * 4 <= 32, "a lane has more elements than bits");
  uint32 kept = 0;
#pragma unroll
  for (int m = 0; m < TILES; m++) {
#pragma unroll
    for (int n = 0; n < PART; n++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        int key_index = first_key + m * STEP + i / 2 * 8 + fragment_row();
        int query_index = first_query + n * 8 + fragment_column() + i % 2;
        int64 place = inputs.score_row(head, query_index) + key_index;
        bool stays = inputs.dropout_factor(sample, place) != 0.0f;
        kept |= (stays ? 1u : 0u) << ((m * PART + n) * 4 + i);
      }
    }
  }
  return kept;
}

// What dropout makes of an element.
template <bool OPTIONS>
__device__ __forceinline__ float dropped(
    const attention_inputs& inputs, float value, uint32 kept, int m, int n, int i) {
  if (!OPTIONS || inputs.dropout_scale == 0.0f) {
    return value;
  }
  bool stays = (kept >> ((m * PART + n) * 4 + i) & 1u) != 0;
  return stays ? value * inputs.dropout_scale : 0.0f;
}

template <bool OPTIONS>
__device__ __forceinline__ void key_value_gradient(
    const attention_inputs& inputs, const bf16* output_gradient, const float* statistics,
    const float* deltas, heads<bf16> key_gradient, heads<bf16> value_gradient) {
  key_value_gradient_tiles& tiles = *reinterpret_cast<key_value_gradient_tiles*>(dynamic_shared);

  // The first keys of causal attention have the most to do, and come first.
  block_part part = part_of_block(inputs.num_heads / inputs.group_size,
                                  num_tiles_of(inputs.num_keys, OWN_ROWS));
  int first_key = part.tile * OWN_ROWS;
  int warp_row = warp_index() * WARP_ROWS;
  int warp_key = first_key + warp_row;
  int visible = inputs.num_visible(part.sequence);
  sample_halves sample = inputs.dropout_sample_key(part.sequence);
  // Queries before the first key do not see it; OWN_ROWS is a multiple of OTHER_ROWS.
  int first_of_head = inputs.causal ? first_key : 0;
  query_tile queries = {part.head * inputs.group_size, first_of_head};
  int end_of_heads = first_key < visible ? queries.head + inputs.group_size : queries.head;

  // Begins to load a tile, and gives what the calling thread has to put into its statistics (the
  // first half of the threads) or deltas.
  auto load_queries = [&](query_tile at, int stage) {
    load_tile<OTHER_ROWS>(tiles.stages[stage].queries,
                          inputs.rows(inputs.query, part.sequence, at.head), at.first_query,
                          inputs.num_queries);
    load_tile<OTHER_ROWS>(tiles.stages[stage].output_gradients,
                          inputs.output_rows(output_gradient, part.sequence, at.head),
                          at.first_query, inputs.num_queries);
    copy_async_commit();
    int query_index = at.first_query + threadIdx.x % OTHER_ROWS;
    int64 place = inputs.statistics_row(part.sequence, at.head) + query_index;
    bool valid = query_index < inputs.num_queries;
    // Queries beyond the last one have probabilities of 0.
    return threadIdx.x < OTHER_ROWS ? (valid ? statistics[place] * LOG2_E : infinity())
                                    : (valid ? deltas[place] : 0.0f);
  };
  auto put_statistic = [&](int stage, float value) {
    float* target = threadIdx.x < OTHER_ROWS ? tiles.stages[stage].statistics
                                             : tiles.stages[stage].deltas;
    target[threadIdx.x % OTHER_ROWS] = value;
  };

  if (queries.head < end_of_heads) {
    load_tile<OWN_ROWS>(tiles.keys, inputs.rows(inputs.key, part.sequence, part.head), first_key,
                        visible);
    load_tile<OWN_ROWS>(tiles.values, inputs.rows(inputs.value, part.sequence, part.head),
                        first_key, visible);
    put_statistic(0, load_queries(queries, 0));
  }

  sum_fragments<TILES, D / 8> key_sums = {};
  sum_fragments<TILES, D / 8> value_sums = {};
  int stage = 0;
#pragma unroll 1
  while (queries.head < end_of_heads) {
    copy_async_wait<0>();
    __syncthreads();
    query_tile next = queries;
    next.advance(inputs, first_of_head);
    float next_statistic = 0.0f;
    if (next.head < end_of_heads) {
      next_statistic = load_queries(next, stage ^ 1);
    }
    const auto& at = tiles.stages[stage];
#pragma unroll 1
    for (int row = 0; row < OTHER_ROWS; row += PART_ROWS) {
      int first_query = queries.first_query + row;
      if (inputs.causal && first_query + PART_ROWS <= warp_key) {
        continue;
      }
      part_fragments probabilities = {};
      add_scores<TILES, PART>(probabilities, tiles.keys, warp_row, at.queries, row);
      make_probabilities<OPTIONS>(probabilities, inputs, at.statistics + row, visible,
                                  queries.head, warp_key, first_query);
      if (inputs.causal && first_query < warp_key + WARP_ROWS - 1) {
        hide_keys(probabilities, warp_key, first_query);
      }
      uint32 kept = 0;
      if (OPTIONS && inputs.dropout_scale != 0.0f) {
        kept = kept_elements(inputs, sample, queries.head, warp_key, first_query);
      }
      part_weights weights;
#pragma unroll
      for (int m = 0; m < TILES; m++) {
#pragma unroll
        for (int n = 0; n < PART; n++) {
#pragma unroll
          for (int i = 0; i < 4; i += 2) {
            put_weights<TILES, PART>(
                weights, m, n, i, dropped<OPTIONS>(inputs, probabilities[m][n][i], kept, m, n, i),
                dropped<OPTIONS>(inputs, probabilities[m][n][i + 1], kept, m, n, i + 1));
          }
        }
      }
      add_weighted<TILES, PART>(value_sums, weights, at.output_gradients, row);

      part_fragments gradients = {};
      add_scores<TILES, PART>(gradients, tiles.values, warp_row, at.output_gradients, row);
#pragma unroll
      for (int n = 0; n < PART; n++) {
        vector<float, 2> delta = load<float, 2>(at.deltas + row + n * 8 + fragment_column());
#pragma unroll
        for (int m = 0; m < TILES; m++) {
#pragma unroll
          for (int i = 0; i < 4; i += 2) {
            float left = dropped<OPTIONS>(inputs, gradients[m][n][i], kept, m, n, i);
            float right = dropped<OPTIONS>(inputs, gradients[m][n][i + 1], kept, m, n, i + 1);
            put_weights<TILES, PART>(weights, m, n, i,
                                     probabilities[m][n][i] * (left - delta.values[0]),
                                     probabilities[m][n][i + 1] * (right - delta.values[1]));
          }
        }
      }
      add_weighted<TILES, PART>(key_sums, weights, at.queries, row);
    }
    put_statistic(stage ^ 1, next_statistic);
    queries = next;
    stage ^= 1;
  }

  float key_factors[TILES][2];
  float value_factors[TILES][2];
#pragma unroll
  for (int m = 0; m < TILES; m++) {
    key_factors[m][0] = key_factors[m][1] = inputs.scale;
    value_factors[m][0] = value_factors[m][1] = 1.0f;
  }
  store_rows<TILES>(inputs.rows(key_gradient, part.sequence, part.head), key_sums, key_factors,
                    tiles.keys, warp_row, warp_key, inputs.num_keys, visible);
  store_rows<TILES>(inputs.rows(value_gradient, part.sequence, part.head), value_sums,
                    value_factors, tiles.values, warp_row, warp_key, inputs.num_keys, visible);
}

extern "C" __global__ void __launch_bounds__(THREADS, 2)
    attention_mma_key_value_gradient(
        ATTENTION_PARAMETERS, const bf16* output_gradient, const float* statistics,
        const float* deltas, HEADS_PARAMETERS(bf16, key_gradient),
        HEADS_PARAMETERS(bf16, value_gradient)) {
  key_value_gradient<false>(ATTENTION_INPUTS, output_gradient, statistics, deltas,
                            HEADS(key_gradient), HEADS(value_gradient));
}

extern "C" __global__ void __launch_bounds__(THREADS, 2)
    attention_mma_key_value_gradient_options(
        ATTENTION_PARAMETERS, const bf16* output_gradient, const float* statistics,
        const float* deltas, HEADS_PARAMETERS(bf16, key_gradient),
        HEADS_PARAMETERS(bf16, value_gradient)) {
  key_value_gradient<true>(ATTENTION_INPUTS, output_gradient, statistics, deltas,
                           HEADS(key_gradient), HEADS(value_gradient));
}
