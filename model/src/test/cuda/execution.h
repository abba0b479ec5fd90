// The language of CUDA's kernels, as far as ours use it, for a compiler of C++: included before each
// of their sources. `__global__` and `__launch_bounds__` are read by nvrtc.cpp.
#pragma once

#include <math.h>
#include <string.h>

#include <cmath>
#include <utility>

#include "block.h"

#define __device__
#define __host__
#define __constant__
#define __grid_constant__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __align__(bytes) __attribute__((aligned(bytes)))
// Local and external variables of a thread of the operating system: blocks run one after the other.
#define __shared__ thread_local

static constexpr int warpSize = 32;

#define VECTOR_TYPE(type, name, alignment_of_2, alignment_of_4)                            \
  struct name##1 {                                                                         \
    type x;                                                                                \
  };                                                                                       \
  struct alignas(alignment_of_2) name##2 {                                                 \
    type x, y;                                                                             \
  };                                                                                       \
  struct alignas(alignment_of_4) name##4 {                                                 \
    type x, y, z, w;                                                                       \
  };                                                                                       \
  inline name##2 make_##name##2(type x, type y) { return {x, y}; }                         \
  inline name##4 make_##name##4(type x, type y, type z, type w) { return {x, y, z, w}; }
VECTOR_TYPE(float, float, 8, 16)
VECTOR_TYPE(int, int, 8, 16)
VECTOR_TYPE(unsigned, uint, 8, 16)
VECTOR_TYPE(short, short, 4, 8)
VECTOR_TYPE(unsigned short, ushort, 4, 8)
VECTOR_TYPE(signed char, char, 2, 4)
VECTOR_TYPE(unsigned char, uchar, 2, 4)
VECTOR_TYPE(double, double, 16, 16)
VECTOR_TYPE(long long, longlong, 16, 16)
VECTOR_TYPE(unsigned long long, ulonglong, 16, 16)
#undef VECTOR_TYPE

struct float3 {
  float x, y, z;
};
struct int3 {
  int x, y, z;
};

// Barriers.

inline void __syncthreads() { emulated::wait_for_block(0); }
inline int __syncthreads_count(int predicate) { return emulated::wait_for_block(predicate != 0); }
inline int __syncthreads_or(int predicate) { return emulated::wait_for_block(predicate != 0) != 0; }
inline int __syncthreads_and(int predicate) { return emulated::wait_for_block(predicate == 0) == 0; }
inline void __threadfence() {}
inline void __threadfence_block() {}

namespace emulated {

// What `read` makes of the values of a warp's lanes.
template <typename T, typename Read>
inline auto meet(const char* operation, unsigned mask, const T& value, Read read) {
  static_assert(sizeof(T) <= sizeof(Slot), "too much for one exchange");
  return read(exchange(operation, mask, &value, sizeof(T)));
}

template <typename T>
inline T value_of(const Slot& slot) {
  T value;
  memcpy(&value, slot.bytes, sizeof(T));
  return value;
}

template <typename T>
inline T shuffle(const char* operation, unsigned mask, T value, int source, bool inside) {
  if (!inside) {
    source = lane();
  }
  if ((mask >> source & 1) == 0) {
    fail(719, "%s from lane %d, which is not in the mask %08x", operation, source, mask);
  }
  return meet(operation, mask, value, [&](const Slot* lanes) { return value_of<T>(lanes[source]); });
}

}  // namespace emulated

inline void __syncwarp(unsigned mask = 0xFFFFFFFFu) {
  emulated::exchange("__syncwarp", mask, &mask, 0);
}

template <typename T>
inline T __shfl_sync(unsigned mask, T value, int source, int width = 32) {
  int first = emulated::lane() & ~(width - 1);
  return emulated::shuffle("__shfl_sync", mask, value, first + (source & (width - 1)), true);
}

template <typename T>
inline T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32) {
  int source = emulated::lane() ^ bits;
  bool inside = source < (emulated::lane() & ~(width - 1)) + width;
  return emulated::shuffle("__shfl_xor_sync", mask, value, source, inside);
}

template <typename T>
inline T __shfl_down_sync(unsigned mask, T value, unsigned distance, int width = 32) {
  int source = emulated::lane() + distance;
  bool inside = source < (emulated::lane() & ~(width - 1)) + width;
  return emulated::shuffle("__shfl_down_sync", mask, value, source, inside);
}

template <typename T>
inline T __shfl_up_sync(unsigned mask, T value, unsigned distance, int width = 32) {
  int source = emulated::lane() - (int)distance;
  bool inside = source >= (emulated::lane() & ~(width - 1));
  return emulated::shuffle("__shfl_up_sync", mask, value, source, inside);
}

inline unsigned __ballot_sync(unsigned mask, int predicate) {
  return emulated::meet("__ballot_sync", mask, (int)(predicate != 0), [](const emulated::Slot* lanes) {
    unsigned bits = 0;
    for (int i = 0; i < 32; i++) {
      bits |= (unsigned)(emulated::value_of<int>(lanes[i]) == 1) << i;
    }
    return bits;
  });
}

inline int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }
inline int __all_sync(unsigned mask, int predicate) { return __ballot_sync(mask, !predicate) == 0; }

#if __CUDA_ARCH__ >= 800
#define REDUCE(name, type, expression)                                                          \
  inline type name(unsigned mask, type value) {                                                 \
    return emulated::meet(#name, mask, value, [&](const emulated::Slot* lanes) {                \
      type a = value;                                                                           \
      for (int i = 0; i < 32; i++) {                                                            \
        if ((mask >> i & 1) != 0 && i != emulated::lane()) {                                    \
          type b = emulated::value_of<type>(lanes[i]);                                          \
          a = expression;                                                                       \
        }                                                                                       \
      }                                                                                         \
      return a;                                                                                 \
    });                                                                                         \
  }
REDUCE(__reduce_add_sync, unsigned, a + b)
REDUCE(__reduce_add_sync, int, a + b)
REDUCE(__reduce_min_sync, unsigned, b < a ? b : a)
REDUCE(__reduce_min_sync, int, b < a ? b : a)
REDUCE(__reduce_max_sync, unsigned, b > a ? b : a)
REDUCE(__reduce_max_sync, int, b > a ? b : a)
REDUCE(__reduce_and_sync, unsigned, a & b)
REDUCE(__reduce_or_sync, unsigned, a | b)
REDUCE(__reduce_xor_sync, unsigned, a ^ b)
#undef REDUCE
#endif

// Memory.

template <typename T>
inline T __ldg(const T* source) {
  return *source;
}
template <typename T>
inline T __ldcs(const T* source) {
  return *source;
}
template <typename T>
inline T __ldcg(const T* source) {
  return *source;
}
template <typename T>
inline void __stcs(T* target, T value) {
  *target = value;
}
template <typename T>
inline void __stcg(T* target, T value) {
  *target = value;
}

// Threads change only at barriers, so nothing comes between the two halves of these.
#define ATOMIC(name, expression)               \
  template <typename T>                        \
  inline T name(T* target, T value) {          \
    T old = *target;                           \
    *target = expression;                      \
    return old;                                \
  }
ATOMIC(atomicAdd, old + value)
ATOMIC(atomicSub, old - value)
ATOMIC(atomicMax, value > old ? value : old)
ATOMIC(atomicMin, value < old ? value : old)
ATOMIC(atomicAnd, old & value)
ATOMIC(atomicOr, old | value)
ATOMIC(atomicXor, old ^ value)
ATOMIC(atomicExch, value)
#undef ATOMIC

template <typename T>
inline T atomicCAS(T* target, T expected, T value) {
  T old = *target;
  if (old == expected) {
    *target = value;
  }
  return old;
}

inline unsigned atomicInc(unsigned* target, unsigned limit) {
  unsigned old = *target;
  *target = old >= limit ? 0 : old + 1;
  return old;
}

// Bits.

namespace emulated {
template <typename To, typename From>
inline To bits_of(From value) {
  static_assert(sizeof(To) == sizeof(From), "sizes differ");
  To result;
  memcpy(&result, &value, sizeof(To));
  return result;
}
}  // namespace emulated

inline unsigned __float_as_uint(float value) { return emulated::bits_of<unsigned>(value); }
inline float __uint_as_float(unsigned value) { return emulated::bits_of<float>(value); }
inline int __float_as_int(float value) { return emulated::bits_of<int>(value); }
inline float __int_as_float(int value) { return emulated::bits_of<float>(value); }
inline long long __double_as_longlong(double value) { return emulated::bits_of<long long>(value); }
inline double __longlong_as_double(long long value) { return emulated::bits_of<double>(value); }
inline int __popc(unsigned value) { return __builtin_popcount(value); }
inline int __popcll(unsigned long long value) { return __builtin_popcountll(value); }
inline int __clz(int value) { return value == 0 ? 32 : __builtin_clz(value); }
inline int __clzll(long long value) { return value == 0 ? 64 : __builtin_clzll(value); }
inline int __ffs(int value) { return __builtin_ffs(value); }
inline int __ffsll(long long value) { return __builtin_ffsll(value); }
inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned long long)a * b >> 32; }
inline int __mulhi(int a, int b) { return (int)((long long)a * b >> 32); }
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
  return (unsigned long long)((unsigned __int128)a * b >> 64);
}
inline int __mul24(int a, int b) { return (a << 8 >> 8) * (b << 8 >> 8); }
inline unsigned __umul24(unsigned a, unsigned b) { return (a & 0xFFFFFF) * (b & 0xFFFFFF); }

inline unsigned __brev(unsigned value) {
  unsigned result = 0;
  for (int i = 0; i < 32; i++) {
    result |= (value >> i & 1) << (31 - i);
  }
  return result;
}

inline unsigned __byte_perm(unsigned a, unsigned b, unsigned selectors) {
  unsigned long long bytes = (unsigned long long)b << 32 | a;
  unsigned result = 0;
  for (int i = 0; i < 4; i++) {
    unsigned selector = selectors >> (4 * i);
    unsigned byte = bytes >> (8 * (selector & 7)) & 0xFF;
    if (selector & 8) {
      byte = byte & 0x80 ? 0xFF : 0;
    }
    result |= byte << (8 * i);
  }
  return result;
}

inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned shift) {
  return ((unsigned long long)high << 32 | low) << (shift & 31) >> 32;
}
inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift) {
  return ((unsigned long long)high << 32 | low) >> (shift & 31);
}

// Arithmetic.

inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fmul_rn(float a, float b) {
  volatile float product = a * b;  // not part of a fused operation
  return product;
}
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fdividef(float a, float b) { return a / b; }
inline float __frcp_rn(float a) { return 1.0f / a; }
inline float __fsqrt_rn(float a) { return sqrtf(a); }
inline float __frsqrt_rn(float a) { return 1.0f / sqrtf(a); }
inline float __saturatef(float a) { return fminf(fmaxf(a, 0.0f), 1.0f); }
inline float rsqrtf(float a) { return 1.0f / sqrtf(a); }
inline double rsqrt(double a) { return 1.0 / sqrt(a); }
inline float __expf(float a) { return expf(a); }
inline float __exp2f(float a) { return exp2f(a); }
inline float __logf(float a) { return logf(a); }
inline float __log2f(float a) { return log2f(a); }
inline float __sinf(float a) { return sinf(a); }
inline float __cosf(float a) { return cosf(a); }
inline float __powf(float a, float b) { return powf(a, b); }
inline float sinpif(float a) { return (float)sin(M_PI * remainder((double)a, 2.0)); }
inline float cospif(float a) { return (float)cos(M_PI * remainder((double)a, 2.0)); }
inline void sincospif(float a, float* sine, float* cosine) {
  *sine = sinpif(a);
  *cosine = cospif(a);
}
inline double sinpi(double a) { return sin(M_PI * remainder(a, 2.0)); }
inline double cospi(double a) { return cos(M_PI * remainder(a, 2.0)); }
inline void sincospi(double a, double* sine, double* cosine) {
  *sine = sinpi(a);
  *cosine = cospi(a);
}
inline float normcdff(float a) { return 0.5f * erfcf(-a * 0.70710678f); }
inline int __float2int_rn(float a) { return (int)rintf(a); }
inline int __float2int_rz(float a) { return (int)a; }
inline int __float2int_rd(float a) { return (int)floorf(a); }
inline int __float2int_ru(float a) { return (int)ceilf(a); }
inline unsigned __float2uint_rn(float a) { return (unsigned)rintf(a); }
inline unsigned __float2uint_rz(float a) { return (unsigned)a; }
inline float __int2float_rn(int a) { return (float)a; }
inline float __uint2float_rn(unsigned a) { return (float)a; }
inline float __ull2float_rn(unsigned long long a) { return (float)a; }

#define EXTREMES(type)                                            \
  inline type min(type a, type b) { return b < a ? b : a; }       \
  inline type max(type a, type b) { return b > a ? b : a; }
EXTREMES(int)
EXTREMES(unsigned)
EXTREMES(long)
EXTREMES(unsigned long)
EXTREMES(long long)
EXTREMES(unsigned long long)
#undef EXTREMES
inline unsigned min(int a, unsigned b) { return min((unsigned)a, b); }
inline unsigned min(unsigned a, int b) { return min(a, (unsigned)b); }
inline unsigned max(int a, unsigned b) { return max((unsigned)a, b); }
inline unsigned max(unsigned a, int b) { return max(a, (unsigned)b); }
inline float min(float a, float b) { return fminf(a, b); }
inline float max(float a, float b) { return fmaxf(a, b); }
inline double min(double a, double b) { return fmin(a, b); }
inline double max(double a, double b) { return fmax(a, b); }

[[noreturn]] inline void __trap() { emulated::fail(719, "__trap"); }

// How kernels are started.

namespace emulated {

template <typename... A, size_t... I>
inline void start(void (*kernel)(A...), void** arguments, std::index_sequence<I...>) {
  kernel(*static_cast<std::remove_cv_t<A>*>(arguments[I])...);
}

template <typename... A>
inline void start(void (*kernel)(A...), void** arguments) {
  start(kernel, arguments, std::index_sequence_for<A...>());
}

template <typename... A>
constexpr Signature signature(void (*)(A...), int max_threads) {
  return Signature{max_threads, sizeof...(A), {sizeof(A)...}};
}

}  // namespace emulated
