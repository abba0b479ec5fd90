// What a kernel calls of the machine that runs it: its place in the grid, its barriers, the exchange
// between the lanes of its warp, and asynchronous copies. Exported by libcuda.so.1.
#pragma once

#include <cstddef>

#define EXPORTED __attribute__((visibility("default")))

struct uint3 {
  unsigned x, y, z;
};

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

EXPORTED extern uint3 threadIdx;
EXPORTED extern uint3 blockIdx;
EXPORTED extern dim3 blockDim;
EXPORTED extern dim3 gridDim;

namespace emulated {

// What one lane of a warp hands to the others.
struct alignas(16) Slot {
  unsigned char bytes[32];
};

// Waits until all lanes of the mask that have not returned are at the same operation, and gives what
// they handed over, by lane; lanes that took no part have all bits set. Good until the lane's next
// operation with its warp.
EXPORTED const Slot* exchange(const char* operation, unsigned mask, const void* value, size_t bytes);

// Waits for all threads of the block that have not returned; the sum of their values.
EXPORTED int wait_for_block(int value);

// The calling thread's number in its warp.
EXPORTED int lane();

// Ends the launch with this error of the driver's, after a line on stderr.
[[noreturn]] EXPORTED void fail(int error, const char* format, ...);

// Whether all these bytes are shared memory of the running kernel.
EXPORTED bool is_shared(const void* address, size_t bytes);

// Copies that take place no earlier than the thread waits for their group.
EXPORTED void copy_later(void* target, const void* source, size_t bytes, bool valid);
EXPORTED void commit_copies();
EXPORTED void wait_for_copies(int groups_under_way);

// What is known of a kernel besides its code.
struct Signature {
  int max_threads;
  int num_parameters;
  unsigned sizes[128];
};

}  // namespace emulated
