// Kernels are compiled with checks of g++, which call these functions where a GPU would stop the
// kernel, or go on with nonsense.
#include "block.h"

namespace {

// The layouts are those that g++ emits.
struct Location {
  const char* file;
  unsigned line;
  unsigned column;
};

struct Type {
  unsigned short kind;
  unsigned short info;
  char name[1];
};

struct TypeMismatch {
  Location location;
  const Type* type;
  unsigned char log_alignment;
  unsigned char kind;
};

struct OutOfBounds {
  Location location;
  const Type* array;
  const Type* index;
};

struct Overflow {
  Location location;
  const Type* type;
};

constexpr int ILLEGAL_ADDRESS = 700;
constexpr int MISALIGNED_ADDRESS = 716;
constexpr int LAUNCH_FAILED = 719;

}  // namespace

extern "C" {

EXPORTED void __ubsan_handle_type_mismatch_v1(const TypeMismatch* data, unsigned long address) {
  const Location& location = data->location;
  if (address == 0) {
    emulated::fail(ILLEGAL_ADDRESS, "%s:%u: access to a null pointer to %s", location.file,
                   location.line, data->type->name);
  }
  emulated::fail(MISALIGNED_ADDRESS, "%s:%u: access to %s at address %#lx, which is not aligned to %u bytes",
                 location.file, location.line, data->type->name, address, 1u << data->log_alignment);
}

EXPORTED void __ubsan_handle_out_of_bounds(const OutOfBounds* data, unsigned long index) {
  emulated::fail(ILLEGAL_ADDRESS, "%s:%u: index %ld is out of bounds of %s", data->location.file,
                 data->location.line, (long)index, data->array->name);
}

EXPORTED void __ubsan_handle_shift_out_of_bounds(const OutOfBounds* data, unsigned long value,
                                                 unsigned long bits) {
  emulated::fail(LAUNCH_FAILED, "%s:%u: shift of %s by %ld bits", data->location.file,
                 data->location.line, data->array->name, (long)bits);
}

EXPORTED void __ubsan_handle_divrem_overflow(const Overflow* data, unsigned long, unsigned long) {
  emulated::fail(LAUNCH_FAILED, "%s:%u: division by zero", data->location.file, data->location.line);
}

}  // extern "C"
