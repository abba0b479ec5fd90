// Attention forward of a single query per sequence, such as the next token's, of any type and any
// head size up to 256. A block has one head of one sequence; its keys are split over groups of 8
// lanes, whose results come together in the order of the groups.
#include "attention.cuh"

constexpr int THREADS = 256;
constexpr int LANES = 8;
constexpr int GROUPS = THREADS / LANES;

// Keys that a group has under way at once.
constexpr int KEYS = 4;

// Sums over the lanes of a group.
__device__ __forceinline__ float sum_of_group(float value) {
#pragma unroll
  for (int distance = LANES / 2; distance > 0; distance /= 2) {
    value += __shfl_xor_sync(ALL_LANES, value, distance);
  }
  return value;
}

// Reads what a lane has of a head: COUNT vectors, 8 vectors apart.
template <int SIZE, int COUNT>
__device__ __forceinline__ void load_part(
    vector<element, SIZE> (&part)[COUNT], const element* head, int head_size) {
  int lane = threadIdx.x % LANES;
#pragma unroll
  for (int i = 0; i < COUNT; i++) {
    int column = (i * LANES + lane) * SIZE;
    if (column < head_size) {
      part[i] = load<element, SIZE>(head + column);
    }
  }
}

// COUNT vectors of SIZE elements are what a lane has of a head.
//
// output: [B, H · D]
// statistics: [B, H], or null
template <int SIZE, int COUNT>
__device__ __forceinline__ void decode(
    const attention_inputs& inputs, element* output, float* statistics) {
  __shared__ float group_sums[GROUPS][COUNT * LANES * SIZE + 1];
  __shared__ float group_maximums[GROUPS];
  __shared__ float group_exponentials[GROUPS];

  block_part part = part_of_block(inputs.num_heads, 1);
  int visible = inputs.num_visible(part.sequence);
  int head_size = inputs.head_size;
  int key_head = part.head / inputs.group_size;
  head_rows<const element> key = inputs.rows(inputs.key, part.sequence, key_head);
  head_rows<const element> value = inputs.rows(inputs.value, part.sequence, key_head);
  sample_halves sample = inputs.dropout_sample_key(part.sequence);
  int64 score_row = inputs.score_row(part.head, 0);
  int lane = threadIdx.x % LANES;
  int group = threadIdx.x / LANES;

  vector<element, SIZE> query[COUNT];
  load_part(query, inputs.rows(inputs.query, part.sequence, part.head).first, head_size);

  float sums[COUNT][SIZE] = {};
  float maximum = -infinity();
  float exponentials = 0.0f;
  for (int first = 0; first < visible; first += GROUPS * KEYS) {
    float scores[KEYS];
    float new_maximum = maximum;
#pragma unroll
    for (int k = 0; k < KEYS; k++) {
      int key_index = first + k * GROUPS + group;
      vector<element, SIZE> keys[COUNT];
      scores[k] = 0.0f;
      if (key_index < visible) {
        load_part(keys, key.row(key_index), head_size);
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
          if ((i * LANES + lane) * SIZE < head_size) {
#pragma unroll
            for (int c = 0; c < SIZE; c++) {
              scores[k] += to_float(query[i].values[c]) * to_float(keys[i].values[c]);
            }
          }
        }
      }
      scores[k] = sum_of_group(scores[k]) * inputs.scale;
      if (key_index >= visible) {
        scores[k] = -infinity();
      } else if (inputs.bias != nullptr) {
        scores[k] += inputs.bias[score_row + key_index];
      }
      new_maximum = fmaxf(new_maximum, scores[k]);
    }
    if (new_maximum == -infinity()) {
      continue;
    }
    float correction = expf(maximum - new_maximum);
    maximum = new_maximum;
    exponentials *= correction;
#pragma unroll
    for (int i = 0; i < COUNT; i++) {
#pragma unroll
      for (int c = 0; c < SIZE; c++) {
        sums[i][c] *= correction;
      }
    }
#pragma unroll
    for (int k = 0; k < KEYS; k++) {
      int key_index = first + k * GROUPS + group;
      if (key_index < visible) {
        vector<element, SIZE> values[COUNT];
        load_part(values, value.row(key_index), head_size);
        float weight = expf(scores[k] - maximum);
        exponentials += weight;
        if (inputs.dropout_scale != 0.0f) {
          weight *= inputs.dropout_factor(sample, score_row + key_index);
        }
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
          if ((i * LANES + lane) * SIZE < head_size) {
#pragma unroll
            for (int c = 0; c < SIZE; c++) {
              sums[i][c] += weight * to_float(values[i].values[c]);
            }
          }
        }
      }
    }
  }

#pragma unroll
  for (int i = 0; i < COUNT; i++) {
#pragma unroll
    for (int c = 0; c < SIZE; c++) {
      group_sums[group][(i * LANES + lane) * SIZE + c] = sums[i][c];
    }
  }
  if (lane == 0) {
    group_maximums[group] = maximum;
    group_exponentials[group] = exponentials;
  }
  __syncthreads();

  // Group 0 has key 0, so that the maximum is finite.
  maximum = group_maximums[0];
  for (int g = 1; g < GROUPS; g++) {
    maximum = fmaxf(maximum, group_maximums[g]);
  }
  int column = threadIdx.x;
  float sum = 0.0f;
  exponentials = 0.0f;
  for (int g = 0; g < GROUPS; g++) {
    float correction = expf(group_maximums[g] - maximum);
    exponentials += correction * group_exponentials[g];
    if (column < head_size) {
      sum += correction * group_sums[g][column];
    }
  }
  if (column < head_size) {
    head_rows<element> rows = inputs.output_rows(output, part.sequence, part.head);
    rows.first[column] = from_float<element>(sum / exponentials);
  }
  if (statistics != nullptr && threadIdx.x == 0) {
    statistics[inputs.statistics_row(part.sequence, part.head)] = maximum + logf(exponentials);
  }
}

constexpr int ELEMENTS = VECTOR<element>;

// Head sizes that are whole vectors, and aligned heads.
extern "C" __global__ void __launch_bounds__(THREADS)
    attention_decode_aligned_64(ATTENTION_PARAMETERS, element* output, float* statistics) {
  decode<ELEMENTS, 64 / LANES / ELEMENTS>(ATTENTION_INPUTS, output, statistics);
}

extern "C" __global__ void __launch_bounds__(THREADS)
    attention_decode_aligned_128(ATTENTION_PARAMETERS, element* output, float* statistics) {
  decode<ELEMENTS, 128 / LANES / ELEMENTS>(ATTENTION_INPUTS, output, statistics);
}

extern "C" __global__ void __launch_bounds__(THREADS)
    attention_decode_aligned_256(ATTENTION_PARAMETERS, element* output, float* statistics) {
  decode<ELEMENTS, 256 / LANES / ELEMENTS>(ATTENTION_INPUTS, output, statistics);
}

extern "C" __global__ void __launch_bounds__(THREADS)
    attention_decode(ATTENTION_PARAMETERS, element* output, float* statistics) {
  decode<1, 256 / LANES>(ATTENTION_INPUTS, output, statistics);
}
