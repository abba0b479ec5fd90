// Devices, their primary contexts, and the names of errors.
//
// Environment: KINDLING_EMULATED_CUDA_DEVICES (1), KINDLING_EMULATED_CUDA_CAPABILITY (9.0) and
// KINDLING_EMULATED_CUDA_MEMORY (bytes; 4 GiB) say what there is; CUDA_VISIBLE_DEVICES hides some of it.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "driver.h"
#include "run_grid.h"

namespace {

constexpr int MAX_DEVICES = 16;

bool initialized;
CUctx_st contexts[MAX_DEVICES];
thread_local CUcontext current;

// Of the numbers in CUDA_VISIBLE_DEVICES, those before the first that no device has.
int num_visible(const char* text, int num_devices) {
  int count = 0;
  for (;;) {
    char* end;
    long number = strtol(text, &end, 10);
    if (end == text || number < 0 || number >= num_devices) {
      return count;
    }
    count++;
    if (*end != ',') {
      return count;
    }
    text = end + 1;
  }
}

int num_devices() {
  const char* text = getenv("KINDLING_EMULATED_CUDA_DEVICES");
  int count = text == nullptr ? 1 : atoi(text);
  count = count < 0 ? 0 : count > MAX_DEVICES ? MAX_DEVICES : count;
  const char* visible = getenv("CUDA_VISIBLE_DEVICES");
  return visible == nullptr ? count : num_visible(visible, count);
}

CUresult check_device(int device) {
  if (!initialized) {
    return CUDA_ERROR_NOT_INITIALIZED;
  }
  return device >= 0 && device < num_devices() ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE;
}

// An attribute's value; those that nobody asks for are 0.
int attribute_value(int attribute) {
  switch (attribute) {
    case 1:  // MAX_THREADS_PER_BLOCK
    case 2:  // MAX_BLOCK_DIM_X
    case 3:  // MAX_BLOCK_DIM_Y
      return 1024;
    case 4:  // MAX_BLOCK_DIM_Z
      return 64;
    case 5:  // MAX_GRID_DIM_X
      return 2147483647;
    case 6:  // MAX_GRID_DIM_Y
    case 7:  // MAX_GRID_DIM_Z
      return 65535;
    case 8:  // MAX_SHARED_MEMORY_PER_BLOCK
      return 48 << 10;
    case 9:  // TOTAL_CONSTANT_MEMORY
      return 64 << 10;
    case 10:  // WARP_SIZE
      return 32;
    case 12:  // MAX_REGISTERS_PER_BLOCK
    case 82:  // MAX_REGISTERS_PER_MULTIPROCESSOR
      return 65536;
    case 13:  // CLOCK_RATE, in kHz
      return 1000000;
    case 16:  // MULTIPROCESSOR_COUNT
      return 4;
    case 36:  // MEMORY_CLOCK_RATE, in kHz
      return 1000000;
    case 37:  // GLOBAL_MEMORY_BUS_WIDTH, in bits
      return 5120;
    case 38:  // L2_CACHE_SIZE
      return 32 << 20;
    case 39:  // MAX_THREADS_PER_MULTIPROCESSOR
      return 2048;
    case 31:  // CONCURRENT_KERNELS
    case 41:  // UNIFIED_ADDRESSING
      return 1;
    case 75:  // COMPUTE_CAPABILITY_MAJOR
      return emulated::capability().major;
    case 76:  // COMPUTE_CAPABILITY_MINOR
      return emulated::capability().minor;
    case 81:  // MAX_SHARED_MEMORY_PER_MULTIPROCESSOR
      return 228 << 10;
    case 97:  // MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
      return emulated::MAX_SHARED_BYTES;
    default:
      return 0;
  }
}

struct ErrorText {
  CUresult error;
  const char* name;
  const char* text;
};

#define ERROR(name, text) {name, #name, text}
constexpr ErrorText ERRORS[] = {
    ERROR(CUDA_SUCCESS, "no error"),
    ERROR(CUDA_ERROR_INVALID_VALUE, "invalid argument"),
    ERROR(CUDA_ERROR_OUT_OF_MEMORY, "out of memory"),
    ERROR(CUDA_ERROR_NOT_INITIALIZED, "initialization error"),
    ERROR(CUDA_ERROR_NO_DEVICE, "no CUDA-capable device is detected"),
    ERROR(CUDA_ERROR_INVALID_DEVICE, "invalid device ordinal"),
    ERROR(CUDA_ERROR_INVALID_IMAGE, "device kernel image is invalid"),
    ERROR(CUDA_ERROR_INVALID_CONTEXT, "invalid device context"),
    ERROR(CUDA_ERROR_NO_BINARY_FOR_GPU, "no kernel image is available for execution on the device"),
    ERROR(CUDA_ERROR_INVALID_HANDLE, "invalid resource handle"),
    ERROR(CUDA_ERROR_ILLEGAL_STATE, "the operation cannot be performed in the present state"),
    ERROR(CUDA_ERROR_NOT_FOUND, "named symbol not found"),
    ERROR(CUDA_ERROR_NOT_READY, "device not ready"),
    ERROR(CUDA_ERROR_ILLEGAL_ADDRESS, "an illegal memory access was encountered"),
    ERROR(CUDA_ERROR_MISALIGNED_ADDRESS, "misaligned address"),
    ERROR(CUDA_ERROR_LAUNCH_FAILED, "unspecified launch failure"),
    ERROR(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "operation not permitted when stream is capturing"),
    ERROR(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED,
          "operation failed due to a previous error during capture"),
    ERROR(CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, "capture was not initiated in this stream"),
    ERROR(CUDA_ERROR_STREAM_CAPTURE_IMPLICIT,
          "operation would make the legacy stream depend on a capturing blocking stream"),
    ERROR(CUDA_ERROR_CAPTURED_EVENT, "operation not permitted on an event last recorded in a capturing stream"),
    ERROR(CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD,
          "attempt to terminate a thread-local capture sequence from another thread"),
};
#undef ERROR

const ErrorText* find_error(int error) {
  for (const ErrorText& entry : ERRORS) {
    if (entry.error == error) {
      return &entry;
    }
  }
  return nullptr;
}

}  // namespace

namespace emulated {

std::recursive_mutex& driver_lock() {
  static std::recursive_mutex* lock = new std::recursive_mutex;  // outlives everything
  return *lock;
}

Capability capability() {
  const char* text = getenv("KINDLING_EMULATED_CUDA_CAPABILITY");
  Capability result{9, 0};
  if (text != nullptr) {
    sscanf(text, "%d.%d", &result.major, &result.minor);
  }
  return result;
}

size_t total_memory() {
  const char* text = getenv("KINDLING_EMULATED_CUDA_MEMORY");
  return text == nullptr ? size_t{4} << 30 : strtoull(text, nullptr, 10);
}

CUresult require_context(CUcontext* context) {
  if (!initialized) {
    return CUDA_ERROR_NOT_INITIALIZED;
  }
  if (current == nullptr || current->retained == 0) {
    return CUDA_ERROR_INVALID_CONTEXT;
  }
  if (context != nullptr) {
    *context = current;
  }
  return CUDA_SUCCESS;
}

}  // namespace emulated

API CUresult cuInit(unsigned flags) {
  LOCKED;
  if (flags != 0) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (num_devices() == 0) {
    return CUDA_ERROR_NO_DEVICE;
  }
  initialized = true;
  return CUDA_SUCCESS;
}

API CUresult cuDriverGetVersion(int* version) {
  *version = 13010;
  return CUDA_SUCCESS;
}

API CUresult cuDeviceGetCount(int* count) {
  LOCKED;
  if (!initialized) {
    return CUDA_ERROR_NOT_INITIALIZED;
  }
  *count = num_devices();
  return CUDA_SUCCESS;
}

API CUresult cuDeviceGet(int* device, int ordinal) {
  LOCKED;
  RETURN_IF_ERROR(check_device(ordinal));
  *device = ordinal;
  return CUDA_SUCCESS;
}

API CUresult cuDeviceGetName(char* name, int length, int device) {
  LOCKED;
  RETURN_IF_ERROR(check_device(device));
  snprintf(name, length, "Emulated GPU");
  return CUDA_SUCCESS;
}

API CUresult cuDeviceGetAttribute(int* value, int attribute, int device) {
  LOCKED;
  RETURN_IF_ERROR(check_device(device));
  *value = attribute_value(attribute);
  return CUDA_SUCCESS;
}

API CUresult cuDeviceTotalMem_v2(size_t* bytes, int device) {
  LOCKED;
  RETURN_IF_ERROR(check_device(device));
  *bytes = emulated::total_memory();
  return CUDA_SUCCESS;
}

API CUresult cuDeviceGetUuid_v2(char* uuid, int device) {
  LOCKED;
  RETURN_IF_ERROR(check_device(device));
  memset(uuid, 0, 16);
  uuid[15] = (char)(device + 1);
  return CUDA_SUCCESS;
}

API CUresult cuDeviceGetPCIBusId(char* text, int length, int device) {
  LOCKED;
  RETURN_IF_ERROR(check_device(device));
  snprintf(text, length, "0000:%02x:00.0", device + 1);
  return CUDA_SUCCESS;
}

API CUresult cuDevicePrimaryCtxRetain(CUcontext* context, int device) {
  LOCKED;
  RETURN_IF_ERROR(check_device(device));
  contexts[device].device = device;
  contexts[device].retained++;
  *context = &contexts[device];
  return CUDA_SUCCESS;
}

API CUresult cuDevicePrimaryCtxRelease_v2(int device) {
  LOCKED;
  RETURN_IF_ERROR(check_device(device));
  if (contexts[device].retained == 0) {
    return CUDA_ERROR_INVALID_CONTEXT;
  }
  if (--contexts[device].retained > 0) {
    return CUDA_SUCCESS;
  }
  bool others = false;
  for (const CUctx_st& context : contexts) {
    others |= context.retained > 0;
  }
  if (!others) {
    emulated::finish_all_streams();
    emulated::free_all_memory();
  }
  return CUDA_SUCCESS;
}

API CUresult cuCtxSetCurrent(CUcontext context) {
  LOCKED;
  if (context != nullptr && context->retained == 0) {
    return CUDA_ERROR_INVALID_CONTEXT;
  }
  current = context;
  return CUDA_SUCCESS;
}

API CUresult cuCtxGetCurrent(CUcontext* context) {
  LOCKED;
  *context = current;
  return CUDA_SUCCESS;
}

API CUresult cuCtxGetDevice(int* device) {
  LOCKED;
  CUcontext context;
  RETURN_IF_ERROR(emulated::require_context(&context));
  *device = context->device;
  return CUDA_SUCCESS;
}

API CUresult cuGetErrorName(int error, const char** name) {
  const ErrorText* entry = find_error(error);
  *name = entry == nullptr ? nullptr : entry->name;
  return entry == nullptr ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}

API CUresult cuGetErrorString(int error, const char** text) {
  const ErrorText* entry = find_error(error);
  *text = entry == nullptr ? nullptr : entry->text;
  return entry == nullptr ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}
