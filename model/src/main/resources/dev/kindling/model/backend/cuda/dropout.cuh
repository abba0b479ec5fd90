// Which elements a dropout keeps: what Dropout.java says, to the bit. Kernels take its numbers as
// (uint64 key, int64 first_sample, int threshold, float scale).
#pragma once

#include "common.cuh"

// The two halves of the key of one sample.
struct sample_halves {
  uint32 low;
  uint32 high;
};

// SplitMix64's finaliser over the sample's place in the sequence of the key.
__device__ __forceinline__ sample_halves sample_key(uint64 key, int64 sample) {
  uint64 bits = key + ((uint64)sample + 1) * 0x9E3779B97F4A7C15ull;
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ull;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBull;
  bits ^= bits >> 31;
  return {(uint32)bits, (uint32)(bits >> 32)};
}

// Whether an element stays.
//
// low, high: the halves of its sample's key
// number: its number in the whole sample, which may wrap around
__device__ __forceinline__ bool stays(uint32 low, uint32 high, uint32 number, int threshold) {
  uint32 hash = number * 0x9E3779B9u + low;
  hash = (hash ^ (hash >> 16)) * 0x85EBCA6Bu;
  hash = (hash ^ (hash >> 13) ^ high) * 0xC2B2AE35u;
  return (int)(hash ^ (hash >> 16)) >= threshold;
}
