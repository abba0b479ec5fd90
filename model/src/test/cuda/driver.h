// What the parts of the emulated driver share. The API's names and values are those of CUDA 13.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "block.h"

#define API extern "C" EXPORTED

typedef unsigned long long CUdeviceptr;

enum CUresult : int {
  CUDA_SUCCESS = 0,
  CUDA_ERROR_INVALID_VALUE = 1,
  CUDA_ERROR_OUT_OF_MEMORY = 2,
  CUDA_ERROR_NOT_INITIALIZED = 3,
  CUDA_ERROR_NO_DEVICE = 100,
  CUDA_ERROR_INVALID_DEVICE = 101,
  CUDA_ERROR_INVALID_IMAGE = 200,
  CUDA_ERROR_INVALID_CONTEXT = 201,
  CUDA_ERROR_NO_BINARY_FOR_GPU = 209,
  CUDA_ERROR_INVALID_HANDLE = 400,
  CUDA_ERROR_ILLEGAL_STATE = 401,
  CUDA_ERROR_NOT_FOUND = 500,
  CUDA_ERROR_NOT_READY = 600,
  CUDA_ERROR_ILLEGAL_ADDRESS = 700,
  CUDA_ERROR_MISALIGNED_ADDRESS = 716,
  CUDA_ERROR_LAUNCH_FAILED = 719,
  CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED = 900,
  CUDA_ERROR_STREAM_CAPTURE_INVALIDATED = 901,
  CUDA_ERROR_STREAM_CAPTURE_UNMATCHED = 903,
  CUDA_ERROR_STREAM_CAPTURE_IMPLICIT = 906,
  CUDA_ERROR_CAPTURED_EVENT = 907,
  CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD = 908,
};

struct CUctx_st {
  int device;
  int retained;
};
typedef CUctx_st* CUcontext;
struct CUstream_st;
typedef CUstream_st* CUstream;

namespace emulated {

// Something that a stream does in its turn.
typedef std::function<CUresult()> Work;

// Every function of the API holds it.
EXPORTED std::recursive_mutex& driver_lock();

struct Capability {
  int major;
  int minor;
};
EXPORTED Capability capability();
size_t total_memory();

// The calling thread's context: an error where it has none.
EXPORTED CUresult require_context(CUcontext* context = nullptr);

// Hands work to a stream: it is done when somebody waits for the stream, or recorded where the stream
// is being captured. Also for cuBLASLt.
EXPORTED CUresult submit(CUstream stream, Work work);

// Whether the stream records what it is handed.
bool is_capturing(CUstream stream);

// What may not be called while the calling thread, or any in the strictest mode, captures: an error
// then, and the capture is spoilt.
CUresult refuse_capture();

// Does what the context's streams still have to do.
CUresult finish_all_streams();
// Does what comes before anything of the default stream: the work of the streams that wait for it. An
// error where one of them is being captured.
CUresult finish_blocking_streams();
CUresult finish_stream(CUstream stream);

// Whether these bytes lie in one allocation of the device.
EXPORTED bool is_device_memory(CUdeviceptr address, size_t bytes);
// Whether the host's memory is page-locked.
bool is_page_locked(const void* address);
// An error, and a line on stderr that names the suspect, where something wrote beside an allocation.
CUresult check_guards(const char* suspect);
// Frees what the context's user has not.
void free_all_memory();

}  // namespace emulated

#define LOCKED std::lock_guard<std::recursive_mutex> locked(emulated::driver_lock())

#define RETURN_IF_ERROR(expression)             \
  do {                                          \
    CUresult result_of_it = (expression);       \
    if (result_of_it != CUDA_SUCCESS) {         \
      return result_of_it;                      \
    }                                           \
  } while (false)
