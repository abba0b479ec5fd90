#include "multiply.h"

#include <cmath>
#include <cstring>

namespace emulated {
namespace {

// Of the product, tiles of TILE_ROWS × TILE_COLUMNS stay in registers over DEPTH products.
constexpr int64_t TILE_ROWS = 4;
constexpr int64_t TILE_COLUMNS = 32;
constexpr int64_t DEPTH = 256;
constexpr int VECTOR = 16;

typedef float Vector __attribute__((vector_size(4 * VECTOR), aligned(4)));

int64_t padded(int64_t count, int64_t tile) { return (count + tile - 1) / tile * tile; }

// The upper 19 bits, to the nearest, ties away from zero.
float rounded_to_tf32(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  if ((bits & 0x7F800000u) != 0x7F800000u) {
    bits = (bits + 0x1000u) & 0xFFFFE000u;
  }
  memcpy(&value, &bits, 4);
  return value;
}

std::vector<float> packed(const MatrixView& matrix, int64_t rows, int64_t columns, bool tf32) {
  std::vector<float> result(rows * columns);
  for (int64_t i = 0; i < matrix.rows; i++) {
    for (int64_t j = 0; j < matrix.columns; j++) {
      float value = matrix.get(i, j);
      result[i * columns + j] = tf32 ? rounded_to_tf32(value) : value;
    }
  }
  return result;
}

void add_tile(const float* a, int64_t a_stride, const float* b, int64_t b_stride, int64_t depth,
              float* out, int64_t out_stride) {
  Vector sums[TILE_ROWS][TILE_COLUMNS / VECTOR] = {};
  for (int64_t k = 0; k < depth; k++) {
    for (int j = 0; j < TILE_COLUMNS / VECTOR; j++) {
      Vector right = *reinterpret_cast<const Vector*>(b + k * b_stride + j * VECTOR);
      for (int i = 0; i < TILE_ROWS; i++) {
        sums[i][j] += a[i * a_stride + k] * right;
      }
    }
  }
  for (int i = 0; i < TILE_ROWS; i++) {
    for (int j = 0; j < TILE_COLUMNS / VECTOR; j++) {
      *reinterpret_cast<Vector*>(out + i * out_stride + j * VECTOR) += sums[i][j];
    }
  }
}

}  // namespace

float get(const void* data, ElementType type, int64_t index) {
  if (type == FLOAT) {
    return static_cast<const float*>(data)[index];
  }
  uint32_t bits = (uint32_t)static_cast<const uint16_t*>(data)[index] << 16;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

void set(void* data, ElementType type, int64_t index, float value) {
  if (type == FLOAT) {
    static_cast<float*>(data)[index] = value;
    return;
  }
  uint32_t bits;
  memcpy(&bits, &value, 4);
  static_cast<uint16_t*>(data)[index] =
      std::isnan(value) ? 0x7FFF : (bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16;
}

float MatrixView::get(int64_t row, int64_t column) const {
  return emulated::get(data, type, row * row_stride + column * column_stride);
}

void MatrixView::set(int64_t row, int64_t column, float value) const {
  emulated::set(data, type, row * row_stride + column * column_stride, value);
}

int64_t row_stride(int64_t columns) { return padded(columns, TILE_COLUMNS); }

std::vector<float> multiply(const MatrixView& a, const MatrixView& b, bool tf32) {
  int64_t rows = padded(a.rows, TILE_ROWS);
  int64_t columns = row_stride(b.columns);
  std::vector<float> left = packed(a, rows, a.columns, tf32);
  std::vector<float> right = packed(b, b.rows, columns, tf32);
  std::vector<float> out(rows * columns);
  for (int64_t k = 0; k < a.columns; k += DEPTH) {
    int64_t depth = std::min(DEPTH, a.columns - k);
    for (int64_t j = 0; j < columns; j += TILE_COLUMNS) {
      for (int64_t i = 0; i < rows; i += TILE_ROWS) {
        add_tile(&left[i * a.columns + k], a.columns, &right[k * columns + j], columns, depth,
                 &out[i * columns + j], columns);
      }
    }
  }
  return out;
}

}  // namespace emulated
