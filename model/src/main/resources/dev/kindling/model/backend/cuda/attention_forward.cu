// Attention forward, of any type and any head size up to 256 (FlashAttention's idea, Dao et al.
// 2022): a block has 64 queries of one head, and goes through the keys.
#include "attention_tiles.cuh"

// output: [B · Q, H · D]
// statistics: [B, H, Q], or null
template <int SLICES>
__device__ __forceinline__ void forward(
    const attention_inputs& inputs, element* output, float* statistics) {
  alignas(16) __shared__ float queries[OWN_FLOATS];
  alignas(16) __shared__ float keys[OTHER_FLOATS];
  alignas(16) __shared__ float values[OTHER_FLOATS];
  alignas(16) __shared__ float weights[WEIGHTS_FLOATS];

  int num_tiles = num_tiles_of(inputs.num_queries, OWN_ROWS);
  block_part part = part_of_block(inputs.num_heads, num_tiles);
  // The last rows of causal attention have the most to do, and so come first.
  int first_query = (num_tiles - 1 - part.tile) * OWN_ROWS;
  int visible = inputs.num_visible(part.sequence);
  int end = inputs.end_of_keys(min(first_query + OWN_ROWS, inputs.num_queries) - 1, visible);
  int head_size = inputs.head_size;
  head_rows<const element> query = inputs.rows(inputs.query, part.sequence, part.head);
  int key_head = part.head / inputs.group_size;
  head_rows<const element> key = inputs.rows(inputs.key, part.sequence, key_head);
  head_rows<const element> value = inputs.rows(inputs.value, part.sequence, key_head);
  sample_halves sample = inputs.dropout_sample_key(part.sequence);

  row_block<SLICES> sums = {};
  float maximums[ROWS_PER_THREAD];
  float exponentials[ROWS_PER_THREAD] = {};
#pragma unroll
  for (int i = 0; i < ROWS_PER_THREAD; i++) {
    maximums[i] = -infinity();
  }

  for (int first_key = 0; first_key < end; first_key += OTHER_ROWS) {
    score_block scores = {};
#pragma unroll
    for (int slice = 0; slice < SLICES; slice++) {
      if (slice * SLICE < head_size) {
        __syncthreads();
        if (SLICES > 1 || first_key == 0) {
          load_tile<OWN_ROWS>(queries, query, first_query, inputs.num_queries, head_size, slice);
        }
        load_tile<OTHER_ROWS>(keys, key, first_key, end, head_size, slice);
        if (SLICES == 1) {
          load_tile<OTHER_ROWS>(values, value, first_key, end, head_size, slice);
        }
        __syncthreads();
        add_scores(scores, queries, keys, slice_depth(head_size, slice));
      }
    }

#pragma unroll
    for (int i = 0; i < ROWS_PER_THREAD; i++) {
      // Rows beyond the last query see what it sees; nobody reads what they come to.
      int query_index = min(first_query + own_row(i), inputs.num_queries - 1);
      int row_end = inputs.end_of_keys(query_index, visible);
      int64 score_row = inputs.score_row(part.head, query_index);
      float maximum = maximums[i];
#pragma unroll
      for (int j = 0; j < SCORES_PER_ROW; j++) {
        int key_index = first_key + other_row(j);
        if (key_index >= row_end) {
          scores[i][j] = -infinity();
        } else {
          scores[i][j] *= inputs.scale;
          if (inputs.bias != nullptr) {
            scores[i][j] += inputs.bias[score_row + key_index];
          }
        }
        maximum = fmaxf(maximum, scores[i][j]);
      }
      // Finite: all rows see key 0.
      maximum = max_of_row(maximum);
      float correction = expf(maximums[i] - maximum);
      maximums[i] = maximum;
      exponentials[i] *= correction;
#pragma unroll
      for (int slice = 0; slice < SLICES; slice++) {
#pragma unroll
        for (int c = 0; c < 4; c++) {
          sums[slice][i][c] *= correction;
        }
      }
#pragma unroll
      for (int j = 0; j < SCORES_PER_ROW; j++) {
        scores[i][j] = expf(scores[i][j] - maximum);
        exponentials[i] += scores[i][j];
        if (inputs.dropout_scale != 0.0f) {
          scores[i][j] *= inputs.dropout_factor(sample, score_row + first_key + other_row(j));
        }
      }
    }
    share_weights(weights, scores);
#pragma unroll
    for (int slice = 0; slice < SLICES; slice++) {
      if (slice * SLICE < head_size) {
        if (SLICES > 1) {
          __syncthreads();
          load_tile<OTHER_ROWS>(values, value, first_key, end, head_size, slice);
          __syncthreads();
        }
        add_products(sums[slice], weights, values, slice_depth(head_size, slice));
      }
    }
  }

  float factors[ROWS_PER_THREAD];
#pragma unroll
  for (int i = 0; i < ROWS_PER_THREAD; i++) {
    float sum = sum_of_row(exponentials[i]);
    factors[i] = 1.0f / sum;
    int query_index = first_query + own_row(i);
    if (statistics != nullptr && thread_x() == 0 && query_index < inputs.num_queries) {
      statistics[inputs.statistics_row(part.sequence, part.head) + query_index] =
          maximums[i] + logf(sum);
    }
  }
  store_rows<SLICES>(inputs.output_rows(output, part.sequence, part.head), sums, factors,
                     first_query, inputs.num_queries, inputs.num_queries, head_size);
}

// Head sizes up to 64.
extern "C" __global__ void __launch_bounds__(THREADS)
    attention_forward_64(ATTENTION_PARAMETERS, element* output, float* statistics) {
  forward<1>(ATTENTION_INPUTS, output, statistics);
}

extern "C" __global__ void __launch_bounds__(THREADS)
    attention_forward_128(ATTENTION_PARAMETERS, element* output, float* statistics) {
  forward<2>(ATTENTION_INPUTS, output, statistics);
}

extern "C" __global__ void __launch_bounds__(THREADS)
    attention_forward_256(ATTENTION_PARAMETERS, element* output, float* statistics) {
  forward<4>(ATTENTION_INPUTS, output, statistics);
}
