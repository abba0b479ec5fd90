// What all kernels of attention share: their inputs, and what one score becomes.
//
// B = sequences, H = query heads, G = key heads, D = size of a head, Q = queries, K = keys.
#pragma once

#include "dropout.cuh"

constexpr float LOG2_E = 1.4426950408889634f;
constexpr float LN_2 = 0.6931471805599453f;

__device__ __forceinline__ float infinity() { return __uint_as_float(0x7F800000u); }

// Heads inside a tensor: element (b, t, h, d) lies at b · batch_stride + t · row_stride + h · D +
// d.
template <typename T>
struct heads {
  T* first;
  int64 batch_stride;
  int64 row_stride;
};

// Some rows of one head.
template <typename T>
struct head_rows {
  T* first;
  int64 stride;

  __device__ __forceinline__ T* row(int64 index) const { return first + index * stride; }
};

// What AttentionInputs.java says. A pointer is null, and dropout_scale 0, where there is no such
// thing.
struct attention_inputs {
  heads<const element> query;
  heads<const element> key;
  heads<const element> value;
  int num_heads;
  int group_size;
  int head_size;
  int num_queries;
  int num_keys;
  float scale;
  int causal;
  const int* key_lengths;
  const float* bias;
  uint64 dropout_key;
  int64 dropout_sample;
  int dropout_threshold;
  float dropout_scale;
  uint32 dropout_number;

  // The keys of a sequence that may be seen.
  __device__ __forceinline__ int num_visible(int sequence) const {
    return key_lengths == nullptr ? num_keys : min(key_lengths[sequence], num_keys);
  }

  // The end of the keys that a query sees.
  __device__ __forceinline__ int end_of_keys(int query_index, int visible) const {
    return causal ? min(visible, query_index + 1) : visible;
  }

  // The place of a query's first score in [H, Q, K].
  __device__ __forceinline__ int64 score_row(int head, int query_index) const {
    return ((int64)head * num_queries + query_index) * num_keys;
  }

  // The place of a head's first query in [B, H, Q].
  __device__ __forceinline__ int64 statistics_row(int sequence, int head) const {
    return ((int64)sequence * num_heads + head) * num_queries;
  }

  template <typename T>
  __device__ __forceinline__ head_rows<T> rows(heads<T> all, int sequence, int head) const {
    return {all.first + sequence * all.batch_stride + (int64)head * head_size, all.row_stride};
  }

  // Rows of one head of [B · Q, H · D].
  template <typename T>
  __device__ __forceinline__ head_rows<T> output_rows(T* output, int sequence, int head) const {
    int64 stride = (int64)num_heads * head_size;
    return {output + sequence * num_queries * stride + (int64)head * head_size, stride};
  }

  __device__ __forceinline__ sample_halves dropout_sample_key(int sequence) const {
    return sample_key(dropout_key, dropout_sample + sequence);
  }

  // What dropout multiplies a probability by.
  //
  // score: its place in [H, Q, K]
  __device__ __forceinline__ float dropout_factor(sample_halves sample, int64 score) const {
    uint32 number = dropout_number + (uint32)score;
    return stays(sample.low, sample.high, number, dropout_threshold) ? dropout_scale : 0.0f;
  }
};

// How heads come to a kernel.
#define HEADS_PARAMETERS(type, name) type *name, int64 name##_batch_stride, int64 name##_row_stride
#define HEADS(name) \
  { name, name##_batch_stride, name##_row_stride }

// Every kernel of attention takes these first.
#define ATTENTION_PARAMETERS                                                               \
  HEADS_PARAMETERS(const element, query), HEADS_PARAMETERS(const element, key),            \
      HEADS_PARAMETERS(const element, value), int num_heads, int group_size, int head_size, \
      int num_queries, int num_keys, float scale, int causal, const int *key_lengths,      \
      const float *bias, uint64 dropout_key, int64 dropout_sample, int dropout_threshold,  \
      float dropout_scale, uint32 dropout_number

#define ATTENTION_INPUTS                                                                       \
  attention_inputs {                                                                           \
    HEADS(query), HEADS(key), HEADS(value), num_heads, group_size, head_size, num_queries,     \
        num_keys, scale, causal, key_lengths, bias, dropout_key, dropout_sample,               \
        dropout_threshold, dropout_scale, dropout_number                                       \
  }

// A block's part of all (sequence, head, tile), the tiles of a head next to each other.
struct block_part {
  int sequence;
  int head;
  int tile;
};

__device__ __forceinline__ block_part part_of_block(int num_heads, int num_tiles) {
  uint32 head = blockIdx.x / num_tiles;
  return {(int)(head / num_heads), (int)(head % num_heads), (int)(blockIdx.x % num_tiles)};
}

__device__ __forceinline__ int num_tiles_of(int length, int tile) {
  return (length + tile - 1) / tile;
}
