// What the kernels of attention's backward pass share, of any type and any head size up to 256. The
// scores are computed anew from the statistics of forward (FlashAttention, Dao et al. 2022): once
// for the gradients of queries, once for those of keys and values, and once for that of the bias,
// so that every sum has one block and one order.
//
// output_gradient: [B · Q, H · D]
// statistics: [B, H, Q], logarithms of the sums of the exponentials of each query's scores
// deltas: [B, H, Q], products of each query's output with its gradient
#pragma once

#include "attention_tiles.cuh"

#define BACKWARD_PARAMETERS                                                                    \
  ATTENTION_PARAMETERS, const element *output_gradient, const float *statistics

alignas(16) extern __shared__ uint8 dynamic_shared[];

// What a block multiplies, in its shared memory.
struct backward_tiles {
  float own_scoring[OWN_FLOATS];
  float own_weighing[OWN_FLOATS];
  float other_scoring[OTHER_FLOATS];
  float other_weighing[OTHER_FLOATS];
  float weights[WEIGHTS_FLOATS];
};

// Rows whose products are scores (queries and keys), and rows whose products are the gradients of
// probabilities (gradients of outputs and values): those of a head that a block owns, or the others.
struct backward_rows {
  head_rows<const element> scoring;
  head_rows<const element> weighing;
  int first;
  int count;
};

// Scores, before their scale, and the gradients of the probabilities.
struct score_gradients {
  score_block scores;
  score_block gradients;
};

// own_is_here: whether the tiles have the only slice of the block's own rows
template <int SLICES>
__device__ __forceinline__ score_gradients multiply(
    backward_tiles& tiles, const backward_rows& own, const backward_rows& other, int head_size,
    bool own_is_here) {
  score_gradients result = {};
#pragma unroll
  for (int slice = 0; slice < SLICES; slice++) {
    if (slice * SLICE < head_size) {
      __syncthreads();
      if (!own_is_here) {
        load_tile<OWN_ROWS>(tiles.own_scoring, own.scoring, own.first, own.count, head_size, slice);
        load_tile<OWN_ROWS>(tiles.own_weighing, own.weighing, own.first, own.count, head_size,
                            slice);
      }
      load_tile<OTHER_ROWS>(tiles.other_scoring, other.scoring, other.first, other.count, head_size,
                            slice);
      load_tile<OTHER_ROWS>(tiles.other_weighing, other.weighing, other.first, other.count,
                            head_size, slice);
      __syncthreads();
      int depth = slice_depth(head_size, slice);
      add_scores(result.scores, tiles.own_scoring, tiles.other_scoring, depth);
      add_scores(result.gradients, tiles.own_weighing, tiles.other_weighing, depth);
    }
  }
  return result;
}

// sums += weights · other
//
// tile: has the only slice of `other`, or else room for one
template <int SLICES>
__device__ __forceinline__ void add_weighted(
    row_block<SLICES>& sums, float* weights, float* tile, head_rows<const element> other,
    int first_row, int num_rows, int head_size) {
#pragma unroll
  for (int slice = 0; slice < SLICES; slice++) {
    if (slice * SLICE < head_size) {
      if (SLICES > 1) {
        __syncthreads();
        load_tile<OTHER_ROWS>(tile, other, first_row, num_rows, head_size, slice);
        __syncthreads();
      }
      add_products(sums[slice], weights, tile, slice_depth(head_size, slice));
    }
  }
}

// What one product of a query and a key comes to.
struct weight_and_gradient {
  // The probability after dropout.
  float weight;
  // The gradient of the score.
  float gradient;
};

// score: the product, which becomes a probability
// gradient: that of the probability after dropout
// place: of the score, in [H, Q, K]
__device__ __forceinline__ weight_and_gradient weigh(
    const attention_inputs& inputs, float score, float gradient, float statistic, float delta,
    sample_halves sample, int64 place) {
  score *= inputs.scale;
  if (inputs.bias != nullptr) {
    score += inputs.bias[place];
  }
  float probability = expf(score - statistic);
  float factor =
      inputs.dropout_scale == 0.0f ? 1.0f : inputs.dropout_factor(sample, place);
  return {probability * factor, probability * (gradient * factor - delta)};
}
