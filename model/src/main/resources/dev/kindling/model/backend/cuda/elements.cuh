// Flat tensors, element by element, at the speed of memory. A block of THREADS handles a tile: each
// thread VECTORS times COUNT neighbours, all of which it reads before it writes any. COUNT is 1, or
// fills 16 bytes where the host found all tensors aligned to them.
#pragma once

#include "common.cuh"

constexpr int THREADS = 256;
constexpr int VECTORS = 2;

// Elements of one tile.
template <int COUNT>
constexpr int TILE = THREADS * VECTORS * COUNT;

// Two kernels with one body, which reads COUNT: NAME for any tensors, NAME_vectors for aligned ones.
#define KERNELS(NAME, VECTOR_COUNT, PARAMETERS, ...)                         \
  extern "C" __global__ void __launch_bounds__(THREADS) NAME PARAMETERS {    \
    constexpr int COUNT = 1;                                                 \
    __VA_ARGS__;                                                             \
  }                                                                          \
  extern "C" __global__ void __launch_bounds__(THREADS)                      \
      NAME##_vectors PARAMETERS {                                            \
    constexpr int COUNT = VECTOR_COUNT;                                      \
    __VA_ARGS__;                                                             \
  }

// The first of the COUNT elements that are this thread's `i`-th of a tile.
template <int COUNT>
__device__ __forceinline__ int64 tile_index(int64 tile, int i) {
  return tile * TILE<COUNT> + (int64)(i * THREADS + (int)threadIdx.x) * COUNT;
}

// The elements from `index` on; zeros from `size` on.
template <typename T, int COUNT>
__device__ __forceinline__ vector<T, COUNT> load_below(const T* source, int64 index, int64 size) {
  if (index + COUNT <= size) {
    return load<T, COUNT>(source + index);
  }
  vector<T, COUNT> result = {};
#pragma unroll
  for (int i = 0; i < COUNT; i++) {
    if (index + i < size) {
      result.values[i] = source[index + i];
    }
  }
  return result;
}

// Writes a vector to global memory by one instruction. Of an assignment the compiler makes one for
// each element where it does not see through the address, such as that of a sample.
template <typename T, int COUNT>
__device__ __forceinline__ void store_at_once(T* target, const vector<T, COUNT>& values) {
  if constexpr (sizeof(values) == sizeof(uint4)) {
    __stcg(reinterpret_cast<uint4*>(target), reinterpret_cast<const uint4&>(values));
  } else if constexpr (sizeof(values) == sizeof(uint2)) {
    __stcg(reinterpret_cast<uint2*>(target), reinterpret_cast<const uint2&>(values));
  } else {
    store(target, values);
  }
}

// Writes the elements that lie below `size`.
template <typename T, int COUNT>
__device__ __forceinline__ void store_below(T* target, int64 index, int64 size,
                                            const vector<T, COUNT>& values) {
  if (index + COUNT <= size) {
    store_at_once(target + index, values);
    return;
  }
#pragma unroll
  for (int i = 0; i < COUNT; i++) {
    if (index + i < size) {
      target[index + i] = values.values[i];
    }
  }
}

// from_float of several, which takes half as many instructions.
template <typename T, int COUNT>
__device__ __forceinline__ vector<T, COUNT> from_floats(const float (&values)[COUNT]) {
  vector<T, COUNT> result;
  if constexpr (sizeof(T) == 2 && COUNT % 2 == 0) {
#pragma unroll
    for (int i = 0; i < COUNT; i += 2) {
      uint32 pair = pack_bf16(values[i], values[i + 1]);
      result.values[i].bits = (uint16)pair;
      result.values[i + 1].bits = (uint16)(pair >> 16);
    }
  } else {
#pragma unroll
    for (int i = 0; i < COUNT; i++) {
      result.values[i] = from_float<T>(values[i]);
    }
  }
  return result;
}

// This block's tile of outputs = function(inputs). The function gets the floats of one place of all
// inputs, and writes those of all outputs. An output may be an input.
template <int COUNT, typename In, typename Out, int INPUTS, int OUTPUTS, typename Function>
__device__ __forceinline__ void map(const In* const (&inputs)[INPUTS],
                                    Out* const (&outputs)[OUTPUTS], int64 size,
                                    Function function) {
  vector<In, COUNT> read[VECTORS][INPUTS];
#pragma unroll
  for (int i = 0; i < VECTORS; i++) {
#pragma unroll
    for (int input = 0; input < INPUTS; input++) {
      read[i][input] =
          load_below<In, COUNT>(inputs[input], tile_index<COUNT>(blockIdx.x, i), size);
    }
  }
#pragma unroll
  for (int i = 0; i < VECTORS; i++) {
    float results[OUTPUTS][COUNT];
#pragma unroll
    for (int place = 0; place < COUNT; place++) {
      float from[INPUTS];
      float to[OUTPUTS];
#pragma unroll
      for (int input = 0; input < INPUTS; input++) {
        from[input] = to_float(read[i][input].values[place]);
      }
      function(from, to);
#pragma unroll
      for (int output = 0; output < OUTPUTS; output++) {
        results[output][place] = to[output];
      }
    }
#pragma unroll
    for (int output = 0; output < OUTPUTS; output++) {
      store_below<Out, COUNT>(outputs[output], tile_index<COUNT>(blockIdx.x, i), size,
                              from_floats<Out, COUNT>(results[output]));
    }
  }
}
