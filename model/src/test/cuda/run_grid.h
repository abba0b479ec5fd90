// Runs a kernel, block after block.
#pragma once

#include "block.h"

namespace emulated {

struct Grid {
  const char* kernel;
  void (*start)(void** arguments);
  void** arguments;
  dim3 grid;
  dim3 block;
  unsigned dynamic_shared_bytes;
  // The kernel's static shared memory, all bits of which are set before each block.
  unsigned char* static_shared;
  size_t static_shared_bytes;
};

// Most dynamic shared memory of a block.
constexpr unsigned MAX_SHARED_BYTES = 232448;

// Returns the driver's error, 0 for none.
int run_grid(const Grid& grid);

}  // namespace emulated
