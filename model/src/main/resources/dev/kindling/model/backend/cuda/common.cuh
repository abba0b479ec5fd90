// What all kernels share. No header of the toolkit is needed: NVRTC finds none on most machines.
//
// A source is compiled once for each type of activations: KINDLING_BF16 is 1 or 0. Sums, statistics,
// biases, gains and gradients of parameters are float in both.
#pragma once

typedef unsigned char uint8;
typedef unsigned short uint16;
typedef unsigned int uint32;
typedef unsigned long long uint64;
typedef long long int64;

// The upper half of an IEEE 754 single.
struct alignas(2) bf16 {
  uint16 bits;
};

#if KINDLING_BF16
typedef bf16 element;
#else
typedef float element;
#endif

#include "ptx.cuh"

__device__ __forceinline__ float to_float(float value) { return value; }

__device__ __forceinline__ float to_float(bf16 value) {
  return __uint_as_float((uint32)value.bits << 16);
}

// Rounds to the nearest, ties to even.
template <typename T>
__device__ __forceinline__ T from_float(float value);

template <>
__device__ __forceinline__ float from_float<float>(float value) {
  return value;
}

template <>
__device__ __forceinline__ bf16 from_float<bf16>(float value) {
  bf16 result;
  result.bits = (uint16)pack_bf16(value, 0.0f);
  return result;
}

// Elements that are read and written at once: 16 bytes of them where COUNT is VECTOR<T>.
template <typename T, int COUNT>
struct alignas(sizeof(T) * COUNT) vector {
  T values[COUNT];
};

// How many elements 16 bytes hold.
template <typename T>
constexpr int VECTOR = 16 / sizeof(T);

template <typename T, int COUNT>
__device__ __forceinline__ vector<T, COUNT> load(const T* source) {
  return *reinterpret_cast<const vector<T, COUNT>*>(source);
}

template <typename T, int COUNT>
__device__ __forceinline__ void store(T* target, const vector<T, COUNT>& values) {
  *reinterpret_cast<vector<T, COUNT>*>(target) = values;
}

constexpr int WARP = 32;
constexpr uint32 ALL_LANES = 0xFFFFFFFFu;

// The sum over the lanes of a warp, the same bits in every lane.
template <typename T>
__device__ __forceinline__ T warp_sum(T value) {
#pragma unroll
  for (int distance = WARP / 2; distance > 0; distance /= 2) {
    value += __shfl_xor_sync(ALL_LANES, value, distance);
  }
  return value;
}

__device__ __forceinline__ float warp_max(float value) {
#pragma unroll
  for (int distance = WARP / 2; distance > 0; distance /= 2) {
    value = fmaxf(value, __shfl_xor_sync(ALL_LANES, value, distance));
  }
  return value;
}

// The sum over the threads of a block of at most 1024, whole warps, the same bits in every thread.
// The scratch has room for 32 values; all threads have to call it.
template <typename T>
__device__ __forceinline__ T block_sum(T value, T* scratch) {
  int lane = threadIdx.x % WARP;
  int warp = threadIdx.x / WARP;
  value = warp_sum(value);
  __syncthreads();
  if (lane == 0) {
    scratch[warp] = value;
  }
  __syncthreads();
  value = lane < blockDim.x / WARP ? scratch[lane] : T(0);
  return warp_sum(value);
}

// The maximum over the threads of a block, as block_sum.
__device__ __forceinline__ float block_max(float value, float* scratch) {
  int lane = threadIdx.x % WARP;
  int warp = threadIdx.x / WARP;
  value = warp_max(value);
  __syncthreads();
  if (lane == 0) {
    scratch[warp] = value;
  }
  __syncthreads();
  value = lane < blockDim.x / WARP ? scratch[lane] : __uint_as_float(0xFF800000u);
  return warp_max(value);
}
