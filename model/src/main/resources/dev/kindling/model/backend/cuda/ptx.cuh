// Instructions that C++ has no name for. Those of capability 8.0 may only be called by kernels that
// the host does not start on older GPUs.
#pragma once

// Two floats as bf16, rounded to the nearest, ties to even: `low` in the lower half.
__device__ __forceinline__ uint32 pack_bf16(float low, float high) {
#if __CUDA_ARCH__ >= 800
  uint32 packed;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
  return packed;
#else
  uint32 halves[2];
  float values[2] = {low, high};
  for (int i = 0; i < 2; i++) {
    uint32 bits = __float_as_uint(values[i]);
    bool is_number = (bits & 0x7FFFFFFFu) <= 0x7F800000u;
    halves[i] = is_number ? (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16 : (bits >> 16) | 0x40u;
  }
  return halves[0] | halves[1] << 16;
#endif
}

// 2^x, to within 2 units in the last place.
__device__ __forceinline__ float exp2_approximate(float x) {
  float result;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
}

// 1 / x, to within 1 unit in the last place; 0 for a subnormal result.
__device__ __forceinline__ float reciprocal_approximate(float x) {
  float result;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
}

#if __CUDA_ARCH__ >= 800

// c += a · b of one warp, in bf16 with float sums: a is 16×16 by rows, b 16×8 by columns, c 16×8 by
// rows, each in the lanes' registers as PTX lays out mma.m16n8k16.
__device__ __forceinline__ void mma_bf16(float (&c)[4], const uint32 (&a)[4], const uint32 (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// Four 8×8 matrices of bf16 out of shared memory, whose rows the lanes point to: lanes 0 to 7 to
// those of the first, and so on. Every row is aligned to 16 bytes.
__device__ __forceinline__ void load_matrices(uint32 (&matrices)[4], const void* row) {
  uint32 address = (uint32)__cvta_generic_to_shared(row);
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(matrices[0]), "=r"(matrices[1]), "=r"(matrices[2]), "=r"(matrices[3])
               : "r"(address)
               : "memory");
}

// load_matrices with every matrix transposed.
__device__ __forceinline__ void load_matrices_transposed(uint32 (&matrices)[4], const void* row) {
  uint32 address = (uint32)__cvta_generic_to_shared(row);
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(matrices[0]), "=r"(matrices[1]), "=r"(matrices[2]), "=r"(matrices[3])
               : "r"(address)
               : "memory");
}

// Begins to copy 16 bytes to shared memory; zeros where `valid` is false, and `source` is not read.
__device__ __forceinline__ void copy_async(void* target, const void* source, bool valid) {
  uint32 address = (uint32)__cvta_generic_to_shared(target);
  int bytes = valid ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(address), "l"(source), "r"(bytes)
               : "memory");
}

// Ends a group of copies.
__device__ __forceinline__ void copy_async_commit() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

// Waits until at most `GROUPS` of this thread's groups of copies are under way.
template <int GROUPS>
__device__ __forceinline__ void copy_async_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(GROUPS) : "memory");
}

#endif
