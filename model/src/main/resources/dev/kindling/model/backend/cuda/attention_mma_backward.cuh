// What the kernels of attention's backward pass on tensor cores share. The scores are computed anew:
// once for the gradients of queries, once for those of keys and values, and once for that of the
// bias, so that every sum has one block and one order.
//
// output_gradient: [B · Q, H · D]
// statistics: [B, H, Q], logarithms of the sums of the exponentials of each query's scores
// deltas: [B, H, Q], products of each query's output with its gradient
#pragma once

#include "attention_mma.cuh"

// Bigger heads leave registers for half as many rows only.
constexpr int TILES = D <= 64 ? 2 : 1;
constexpr int WARP_ROWS = TILES * STEP;
constexpr int OWN_ROWS = WARPS * WARP_ROWS;

// Others whose scores are in registers at once, and products that they take.
constexpr int PART_ROWS = 32;
constexpr int PART = PART_ROWS / 8;

typedef sum_fragments<TILES, PART> part_fragments;
typedef weight_fragments<TILES, PART> part_weights;

// The probability of a key to a query.
//
// statistic: of the query, as an exponent of 2
// place: of the score, in [H, Q, K]
template <bool OPTIONS>
__device__ __forceinline__ float probability_of(
    const attention_inputs& inputs, float score, float statistic, int64 place, bool seen) {
  return exp2_approximate(exponent_of<OPTIONS>(inputs, score, statistic, place, seen));
}

// What dropout multiplies a probability by.
template <bool OPTIONS>
__device__ __forceinline__ float factor_of(
    const attention_inputs& inputs, sample_halves sample, int64 place) {
  return OPTIONS && inputs.dropout_scale != 0.0f ? inputs.dropout_factor(sample, place) : 1.0f;
}

// Of the rows that a lane has, queries from `first_query` on: as exponents of 2.
__device__ __forceinline__ void load_statistics(
    float (&values)[TILES][2], const attention_inputs& inputs, const float* statistics,
    int sequence, int head, int first_query) {
#pragma unroll
  for (int m = 0; m < TILES; m++) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
      int query_index = first_query + m * STEP + half * 8 + fragment_row();
      int64 place = inputs.statistics_row(sequence, head) + query_index;
      // Rows beyond the last query have probabilities of 0.
      values[m][half] =
          query_index < inputs.num_queries ? statistics[place] * LOG2_E : infinity();
    }
  }
}

// Makes scores [queries, keys] probabilities.
template <bool OPTIONS>
__device__ __forceinline__ void make_probabilities(
    part_fragments& scores, const attention_inputs& inputs, const float (&statistics)[TILES][2],
    int visible, int head, int first_query, int first_key) {
#pragma unroll
  for (int m = 0; m < TILES; m++) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      int query_index = first_query + m * STEP + i / 2 * 8 + fragment_row();
      int64 score_row = OPTIONS ? inputs.score_row(head, query_index) : 0;
#pragma unroll
      for (int n = 0; n < PART; n++) {
        int key_index = first_key + n * 8 + fragment_column() + i % 2;
        bool seen = key_index < visible && query_index < inputs.num_queries;
        scores[m][n][i] = probability_of<OPTIONS>(inputs, scores[m][n][i], statistics[m][i / 2],
                                                  score_row + key_index, seen);
      }
    }
  }
}

// Makes probabilities 0 where a query does not see a key.
__device__ __forceinline__ void hide_keys(
    part_fragments& probabilities, const attention_inputs& inputs, int visible, int first_query,
    int first_key) {
#pragma unroll
  for (int m = 0; m < TILES; m++) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      int query_index = first_query + m * STEP + i / 2 * 8 + fragment_row();
      int row_end = inputs.end_of_keys(query_index, visible);
#pragma unroll
      for (int n = 0; n < PART; n++) {
        if (first_key + n * 8 + fragment_column() + i % 2 >= row_end) {
          probabilities[m][n][i] = 0.0f;
        }
      }
    }
  }
}

// Makes gradients of probabilities [queries, keys] those of scores.
template <bool OPTIONS>
__device__ __forceinline__ void make_score_gradients(
    part_fragments& gradients, const attention_inputs& inputs,
    const part_fragments& probabilities, const float (&deltas)[TILES][2], sample_halves sample,
    int head, int first_query, int first_key) {
#pragma unroll
  for (int m = 0; m < TILES; m++) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      int query_index = first_query + m * STEP + i / 2 * 8 + fragment_row();
      int64 score_row = OPTIONS ? inputs.score_row(head, query_index) : 0;
#pragma unroll
      for (int n = 0; n < PART; n++) {
        int64 place = score_row + first_key + n * 8 + fragment_column() + i % 2;
        float gradient = gradients[m][n][i] * factor_of<OPTIONS>(inputs, sample, place);
        gradients[m][n][i] = probabilities[m][n][i] * (gradient - deltas[m][i / 2]);
      }
    }
  }
}
