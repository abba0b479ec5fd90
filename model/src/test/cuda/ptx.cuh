// The functions of the kernels' own ptx.cuh, done by exchange between the lanes of a warp.
//
// Fragments are laid out as the PTX ISA says of mma.m16n8k16 and ldmatrix.m8n8: lane l is member
// l % 4 of group l / 4, and a register holds two bf16, that of the lower column (or row of b) in its
// lower half.
#pragma once

#include "block.h"

namespace emulated {

constexpr unsigned ALL = 0xFFFFFFFFu;

inline unsigned bits_of_bf16(float value) {
  unsigned bits = __float_as_uint(value);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) {
    return 0x7FFFu;
  }
  return (bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16;
}

// The lower (0) or upper (1) bf16 of a register.
inline float half_of(unsigned pair, int half) {
  return __uint_as_float(half == 0 ? pair << 16 : pair & 0xFFFF0000u);
}

struct Operands {
  unsigned a[4];
  unsigned b[2];
};

inline float dot(unsigned a, unsigned b) {
  return half_of(a, 0) * half_of(b, 0) + half_of(a, 1) * half_of(b, 1);
}

inline void load_matrices(const char* operation, unsigned (&matrices)[4], const void* row,
                          bool transposed) {
  if ((reinterpret_cast<unsigned long>(row) & 15) != 0 || !is_shared(row, 16)) {
    fail(716, "%s of %p, which is no row of 16 bytes, aligned, of shared memory", operation, row);
  }
  meet(operation, ALL, row, [&](const Slot* lanes) {
    for (int matrix = 0; matrix < 4; matrix++) {
      unsigned short values[2];
      for (int i = 0; i < 2; i++) {
        int across = lane() % 4 * 2 + i;
        int down = lane() / 4;
        const Slot& source = lanes[matrix * 8 + (transposed ? across : down)];
        values[i] = value_of<const unsigned short*>(source)[transposed ? down : across];
      }
      matrices[matrix] = values[0] | (unsigned)values[1] << 16;
    }
    return 0;
  });
  // Nobody writes to the rows before all have read them.
  exchange(operation, ALL, row, 0);
}

}  // namespace emulated

inline unsigned pack_bf16(float low, float high) {
  return emulated::bits_of_bf16(low) | emulated::bits_of_bf16(high) << 16;
}

// Flushes subnormal arguments and results to zero, as the instruction does.
inline float exp2_approximate(float x) {
  float result = exp2f(x);
  return fabsf(result) < 1.17549435e-38f ? 0.0f : result;
}

inline float reciprocal_approximate(float x) {
  float result = 1.0f / x;
  return fabsf(result) < 1.17549435e-38f ? copysignf(0.0f, result) : result;
}

#if __CUDA_ARCH__ >= 800

inline void mma_bf16(float (&c)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  emulated::Operands mine = {{a[0], a[1], a[2], a[3]}, {b[0], b[1]}};
  emulated::meet("mma", emulated::ALL, mine, [&](const emulated::Slot* lanes) {
    int group = emulated::lane() / 4;
    int member = emulated::lane() % 4;
    for (int column = 0; column < 2; column++) {
      float upper = 0.0f;
      float lower = 0.0f;
      for (int other = 0; other < 4; other++) {
        // Registers of a: the upper 8 rows, the lower 8 rows, and the same of columns from 8 on.
        auto x = emulated::value_of<emulated::Operands>(lanes[group * 4 + other]);
        // Registers of b: the upper 8 rows and the lower 8 rows.
        auto y = emulated::value_of<emulated::Operands>(lanes[(member * 2 + column) * 4 + other]);
        upper += emulated::dot(x.a[0], y.b[0]) + emulated::dot(x.a[2], y.b[1]);
        lower += emulated::dot(x.a[1], y.b[0]) + emulated::dot(x.a[3], y.b[1]);
      }
      c[column] += upper;
      c[2 + column] += lower;
    }
    return 0;
  });
}

inline void load_matrices(unsigned (&matrices)[4], const void* row) {
  emulated::load_matrices("ldmatrix", matrices, row, false);
}

inline void load_matrices_transposed(unsigned (&matrices)[4], const void* row) {
  emulated::load_matrices("ldmatrix.trans", matrices, row, true);
}

inline void copy_async(void* target, const void* source, bool valid) {
  unsigned long addresses = reinterpret_cast<unsigned long>(target);
  if (valid) {
    addresses |= reinterpret_cast<unsigned long>(source);
  }
  if ((addresses & 15) != 0 || !emulated::is_shared(target, 16)) {
    emulated::fail(716, "copy_async of 16 bytes from %p to %p, which are not aligned or no shared memory",
                   source, target);
  }
  emulated::copy_later(target, source, 16, valid);
}

inline void copy_async_commit() { emulated::commit_copies(); }

template <int GROUPS>
inline void copy_async_wait() {
  emulated::wait_for_copies(GROUPS);
}

#endif
