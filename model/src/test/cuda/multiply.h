// Products of matrices on the CPU.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace emulated {

enum ElementType { FLOAT = 0, BF16 = 14 };

inline size_t bytes_of(ElementType type) { return type == BF16 ? 2 : 4; }

// Some matrix in memory.
struct MatrixView {
  void* data;
  ElementType type;
  int64_t rows;
  int64_t columns;
  int64_t row_stride;
  int64_t column_stride;

  float get(int64_t row, int64_t column) const;
  // Rounds to the nearest, ties to even.
  void set(int64_t row, int64_t column, float value) const;
};

// An element of a vector.
float get(const void* data, ElementType type, int64_t index);
void set(void* data, ElementType type, int64_t index, float value);

// The product, by rows of `row_stride(b.columns)` elements.
std::vector<float> multiply(const MatrixView& a, const MatrixView& b, bool tf32);

int64_t row_stride(int64_t columns);

}  // namespace emulated
