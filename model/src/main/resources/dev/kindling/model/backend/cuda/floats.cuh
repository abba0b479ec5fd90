// Several neighbours at once, as floats, whatever type they have in memory.
#pragma once

#include "common.cuh"

template <int WIDTH>
struct floats {
  float values[WIDTH];
};

template <typename T, int WIDTH>
__device__ __forceinline__ floats<WIDTH> to_floats(const vector<T, WIDTH>& source) {
  floats<WIDTH> result;
#pragma unroll
  for (int i = 0; i < WIDTH; i++) {
    result.values[i] = to_float(source.values[i]);
  }
  return result;
}

// Reads WIDTH neighbours, 16 bytes at a time; where WIDTH is not 1, they have to be aligned to that.
template <int WIDTH, typename T>
__device__ __forceinline__ floats<WIDTH> read(const T* source) {
  constexpr int COUNT = WIDTH < VECTOR<T> ? WIDTH : VECTOR<T>;
  floats<WIDTH> result;
#pragma unroll
  for (int first = 0; first < WIDTH; first += COUNT) {
    vector<T, COUNT> part = load<T, COUNT>(source + first);
#pragma unroll
    for (int i = 0; i < COUNT; i++) {
      result.values[first + i] = to_float(part.values[i]);
    }
  }
  return result;
}

// Two neighbours with one rounding instruction, or one.
template <int COUNT>
__device__ __forceinline__ void round_into(vector<bf16, COUNT>& target, const float* values) {
  if constexpr (COUNT == 1) {
    target.values[0] = from_float<bf16>(values[0]);
  } else {
#pragma unroll
    for (int i = 0; i < COUNT; i += 2) {
      uint32 pair = pack_bf16(values[i], values[i + 1]);
      target.values[i].bits = (uint16)pair;
      target.values[i + 1].bits = (uint16)(pair >> 16);
    }
  }
}

template <int COUNT>
__device__ __forceinline__ void round_into(vector<float, COUNT>& target, const float* values) {
#pragma unroll
  for (int i = 0; i < COUNT; i++) {
    target.values[i] = values[i];
  }
}

// The reverse of read.
template <int WIDTH, typename T>
__device__ __forceinline__ void write(T* target, const floats<WIDTH>& values) {
  constexpr int COUNT = WIDTH < VECTOR<T> ? WIDTH : VECTOR<T>;
#pragma unroll
  for (int first = 0; first < WIDTH; first += COUNT) {
    vector<T, COUNT> part;
    round_into(part, values.values + first);
    store(target + first, part);
  }
}
