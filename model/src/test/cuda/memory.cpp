// Memory of the device: the host's, filled with set bits (which read as NaN), with a guard on both
// sides. Page-locked memory of the host, and copies.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "driver.h"

namespace {

constexpr size_t ALIGNMENT = 256;
constexpr size_t GUARD = 256;
constexpr unsigned char POISON = 0xFF;

struct Allocation {
  unsigned char* memory;  // with the guards
  size_t bytes;
};

// By address.
std::map<CUdeviceptr, Allocation> allocations;
std::map<const unsigned char*, size_t> page_locked;
size_t allocated;

bool is_whole(const Allocation& allocation) {
  const unsigned char* behind = allocation.memory + GUARD + allocation.bytes;
  for (size_t i = 0; i < GUARD; i++) {
    if (allocation.memory[i] != POISON || behind[i] != POISON) {
      return false;
    }
  }
  return true;
}

CUresult free_device_memory(std::map<CUdeviceptr, Allocation>::iterator entry) {
  const Allocation allocation = entry->second;
  CUresult result = CUDA_SUCCESS;
  if (!is_whole(allocation)) {
    fprintf(stderr, "something wrote beside the allocation of %zu bytes at %#llx\n", allocation.bytes,
            entry->first);
    result = CUDA_ERROR_ILLEGAL_ADDRESS;
  }
  memset(allocation.memory, POISON, allocation.bytes + 2 * GUARD);
  free(allocation.memory);
  allocated -= allocation.bytes;
  allocations.erase(entry);
  return result;
}

CUresult check_ranges(CUdeviceptr address, size_t bytes) {
  return bytes == 0 || emulated::is_device_memory(address, bytes) ? CUDA_SUCCESS
                                                                  : CUDA_ERROR_INVALID_VALUE;
}

void* pointer(CUdeviceptr address) { return reinterpret_cast<void*>(address); }

// What the host waits for.
CUresult synchronous(const std::function<void()>& copy) {
  RETURN_IF_ERROR(emulated::require_context());
  RETURN_IF_ERROR(emulated::refuse_capture());
  RETURN_IF_ERROR(emulated::finish_blocking_streams());
  copy();
  return CUDA_SUCCESS;
}

CUresult asynchronous(CUstream stream, std::function<void()> copy) {
  return emulated::submit(stream, [copy] {
    copy();
    return CUDA_SUCCESS;
  });
}

void fill(CUdeviceptr target, unsigned value, size_t count) {
  for (size_t i = 0; i < count; i++) {
    memcpy(static_cast<unsigned char*>(pointer(target)) + 4 * i, &value, 4);
  }
}

}  // namespace

namespace emulated {

bool is_device_memory(CUdeviceptr address, size_t bytes) {
  auto next = allocations.upper_bound(address);
  if (next == allocations.begin()) {
    return false;
  }
  --next;
  CUdeviceptr offset = address - next->first;
  return offset <= next->second.bytes && bytes <= next->second.bytes - offset;
}

bool is_page_locked(const void* address) {
  const unsigned char* byte = static_cast<const unsigned char*>(address);
  auto next = page_locked.upper_bound(byte);
  if (next == page_locked.begin()) {
    return false;
  }
  --next;
  return byte < next->first + next->second;
}

CUresult check_guards(const char* suspect) {
  CUresult result = CUDA_SUCCESS;
  for (auto& entry : allocations) {
    Allocation& allocation = entry.second;
    if (!is_whole(allocation)) {
      fprintf(stderr, "%s wrote beside the allocation of %zu bytes at %#llx\n", suspect,
              allocation.bytes, entry.first);
      memset(allocation.memory, POISON, GUARD);
      memset(allocation.memory + GUARD + allocation.bytes, POISON, GUARD);
      result = CUDA_ERROR_ILLEGAL_ADDRESS;
    }
  }
  return result;
}

void free_all_memory() {
  while (!allocations.empty()) {
    free_device_memory(allocations.begin());
  }
}

}  // namespace emulated

API CUresult cuMemAlloc_v2(CUdeviceptr* address, size_t bytes) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  RETURN_IF_ERROR(emulated::refuse_capture());
  if (bytes == 0) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (bytes > emulated::total_memory() - allocated) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  size_t whole = (bytes + 2 * GUARD + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  unsigned char* memory = static_cast<unsigned char*>(aligned_alloc(ALIGNMENT, whole));
  if (memory == nullptr) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  memset(memory, POISON, whole);
  *address = reinterpret_cast<CUdeviceptr>(memory + GUARD);
  allocations[*address] = Allocation{memory, bytes};
  allocated += bytes;
  return CUDA_SUCCESS;
}

API CUresult cuMemFree_v2(CUdeviceptr address) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  RETURN_IF_ERROR(emulated::refuse_capture());
  if (address == 0) {
    return CUDA_SUCCESS;
  }
  CUresult earlier = emulated::finish_all_streams();
  auto entry = allocations.find(address);
  if (entry == allocations.end()) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  CUresult result = free_device_memory(entry);
  return earlier == CUDA_SUCCESS ? result : earlier;
}

API CUresult cuMemGetInfo_v2(size_t* free_bytes, size_t* total) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  *total = emulated::total_memory();
  *free_bytes = *total - allocated;
  return CUDA_SUCCESS;
}

API CUresult cuMemHostAlloc(void** address, size_t bytes, unsigned) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  RETURN_IF_ERROR(emulated::refuse_capture());
  if (bytes == 0) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  *address = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  if (*address == nullptr) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  memset(*address, POISON, bytes);
  page_locked[static_cast<unsigned char*>(*address)] = bytes;
  return CUDA_SUCCESS;
}

API CUresult cuMemAllocHost_v2(void** address, size_t bytes) { return cuMemHostAlloc(address, bytes, 0); }

API CUresult cuMemFreeHost(void* address) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  RETURN_IF_ERROR(emulated::refuse_capture());
  if (page_locked.erase(static_cast<unsigned char*>(address)) == 0) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  CUresult result = emulated::finish_all_streams();
  free(address);
  return result;
}

API CUresult cuMemcpyHtoD_v2(CUdeviceptr target, const void* source, size_t bytes) {
  LOCKED;
  RETURN_IF_ERROR(check_ranges(target, bytes));
  return synchronous([=] { memcpy(pointer(target), source, bytes); });
}

API CUresult cuMemcpyDtoH_v2(void* target, CUdeviceptr source, size_t bytes) {
  LOCKED;
  RETURN_IF_ERROR(check_ranges(source, bytes));
  return synchronous([=] { memcpy(target, pointer(source), bytes); });
}

API CUresult cuMemcpyDtoD_v2(CUdeviceptr target, CUdeviceptr source, size_t bytes) {
  LOCKED;
  RETURN_IF_ERROR(check_ranges(target, bytes));
  RETURN_IF_ERROR(check_ranges(source, bytes));
  return synchronous([=] { memmove(pointer(target), pointer(source), bytes); });
}

// Out of memory that is not page-locked, the bytes are those of now.
API CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr target, const void* source, size_t bytes, CUstream stream) {
  LOCKED;
  RETURN_IF_ERROR(check_ranges(target, bytes));
  if (emulated::is_page_locked(source) || emulated::is_capturing(stream)) {
    return asynchronous(stream, [=] { memcpy(pointer(target), source, bytes); });
  }
  const unsigned char* first = static_cast<const unsigned char*>(source);
  auto staged = std::make_shared<std::vector<unsigned char>>(first, first + bytes);
  return asynchronous(stream, [=] { memcpy(pointer(target), staged->data(), bytes); });
}

// To memory that is not page-locked, the host waits.
API CUresult cuMemcpyDtoHAsync_v2(void* target, CUdeviceptr source, size_t bytes, CUstream stream) {
  LOCKED;
  RETURN_IF_ERROR(check_ranges(source, bytes));
  RETURN_IF_ERROR(asynchronous(stream, [=] { memcpy(target, pointer(source), bytes); }));
  return emulated::is_page_locked(target) || emulated::is_capturing(stream)
             ? CUDA_SUCCESS
             : emulated::finish_stream(stream);
}

API CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr target, CUdeviceptr source, size_t bytes, CUstream stream) {
  LOCKED;
  RETURN_IF_ERROR(check_ranges(target, bytes));
  RETURN_IF_ERROR(check_ranges(source, bytes));
  return asynchronous(stream, [=] { memmove(pointer(target), pointer(source), bytes); });
}

API CUresult cuMemsetD8_v2(CUdeviceptr target, unsigned char value, size_t count) {
  LOCKED;
  RETURN_IF_ERROR(check_ranges(target, count));
  return synchronous([=] { memset(pointer(target), value, count); });
}

API CUresult cuMemsetD32_v2(CUdeviceptr target, unsigned value, size_t count) {
  LOCKED;
  RETURN_IF_ERROR(check_ranges(target, 4 * count));
  return synchronous([=] { fill(target, value, count); });
}

API CUresult cuMemsetD8Async(CUdeviceptr target, unsigned char value, size_t count, CUstream stream) {
  LOCKED;
  RETURN_IF_ERROR(check_ranges(target, count));
  return asynchronous(stream, [=] { memset(pointer(target), value, count); });
}

API CUresult cuMemsetD32Async(CUdeviceptr target, unsigned value, size_t count, CUstream stream) {
  LOCKED;
  if (target % 4 != 0) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  RETURN_IF_ERROR(check_ranges(target, 4 * count));
  return asynchronous(stream, [=] { fill(target, value, count); });
}
