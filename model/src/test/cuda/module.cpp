// Modules are shared libraries, as nvrtc.cpp compiles them, and kernels are functions of them.
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>

#include "driver.h"
#include "run_grid.h"

struct CUfunc_st;

struct CUmod_st {
  void* library;
  // Of the thread-local variables that are its static shared memory; 0 where it has none.
  size_t shared_id;
  size_t shared_bytes;
  std::map<std::string, std::unique_ptr<CUfunc_st>> functions;
};
typedef CUmod_st* CUmodule;

struct CUfunc_st {
  std::string name;
  CUmodule module;
  void (*start)(void** arguments);
  const emulated::Signature* signature;
  int max_dynamic_shared_bytes;
};
typedef CUfunc_st* CUfunction;

struct Index {
  unsigned long module;
  unsigned long offset;
};
extern "C" void* __tls_get_addr(Index*);

namespace {

constexpr int DEFAULT_SHARED_BYTES = 48 << 10;

enum FunctionAttribute {
  MAX_THREADS_PER_BLOCK = 0,
  NUM_REGISTERS = 4,
  BINARY_VERSION = 6,
  MAX_DYNAMIC_SHARED_SIZE_BYTES = 8,
};

// The length of a shared library of which only the beginning is known; 0 where it is none.
size_t image_bytes(const void* image) {
  const Elf64_Ehdr* header = static_cast<const Elf64_Ehdr*>(image);
  if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_machine != EM_X86_64) {
    return 0;
  }
  return header->e_shoff + size_t{header->e_shnum} * header->e_shentsize;
}

void* load_library(const void* image, size_t bytes) {
  char path[] = "/tmp/emulated-cuda-module-XXXXXX";
  int file = mkstemp(path);
  if (file < 0) {
    return nullptr;
  }
  size_t written = 0;
  while (written < bytes) {
    ssize_t count = write(file, static_cast<const char*>(image) + written, bytes - written);
    if (count <= 0) {
      break;
    }
    written += count;
  }
  close(file);
  void* library = written == bytes ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : nullptr;
  if (library == nullptr) {
    fprintf(stderr, "a module does not load: %s\n", dlerror());
  }
  unlink(path);
  return library;
}

int find_shared_bytes(dl_phdr_info* info, size_t, void* argument) {
  CUmodule module = static_cast<CUmodule>(argument);
  if (info->dlpi_tls_modid != module->shared_id) {
    return 0;
  }
  for (int i = 0; i < info->dlpi_phnum; i++) {
    if (info->dlpi_phdr[i].p_type == PT_TLS) {
      module->shared_bytes = info->dlpi_phdr[i].p_memsz;
    }
  }
  return 1;
}

// Whether the device runs the library's kernels: those that are not portable run on GPUs of the same
// major version only, and no earlier minor one.
bool fits(void* library) {
  const int* architecture = static_cast<const int*>(dlsym(library, "emulated_architecture"));
  const bool* portable = static_cast<const bool*>(dlsym(library, "emulated_portable"));
  if (architecture == nullptr || portable == nullptr) {
    return false;
  }
  emulated::Capability device = emulated::capability();
  int major = *architecture / 100;
  int minor = *architecture % 100 / 10;
  return (*portable && major < device.major) || (major == device.major && minor <= device.minor);
}

struct Launch {
  CUfunction function;
  dim3 grid;
  dim3 block;
  unsigned shared_bytes;
  // Of all parameters, each at a multiple of 16.
  std::vector<unsigned char> arguments;
};

CUresult run(const Launch& launch) {
  const emulated::Signature& signature = *launch.function->signature;
  auto bytes = launch.arguments;  // a kernel may write to its parameters
  std::vector<void*> arguments;
  size_t offset = 0;
  for (int i = 0; i < signature.num_parameters; i++) {
    arguments.push_back(bytes.data() + offset);
    offset += (signature.sizes[i] + 15) / 16 * 16;
  }
  CUmodule module = launch.function->module;
  Index shared{module->shared_id, 0};
  emulated::Grid grid{launch.function->name.c_str(),
                      launch.function->start,
                      arguments.data(),
                      launch.grid,
                      launch.block,
                      launch.shared_bytes,
                      module->shared_bytes == 0
                          ? nullptr
                          : static_cast<unsigned char*>(__tls_get_addr(&shared)),
                      module->shared_bytes};
  CUresult result = static_cast<CUresult>(emulated::run_grid(grid));
  CUresult guards = emulated::check_guards(("kernel " + launch.function->name).c_str());
  return result == CUDA_SUCCESS ? guards : result;
}

}  // namespace

API CUresult cuModuleLoadData(CUmodule* module, const void* image) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  size_t bytes = image_bytes(image);
  if (bytes == 0) {
    return CUDA_ERROR_INVALID_IMAGE;
  }
  void* library = load_library(image, bytes);
  if (library == nullptr) {
    return CUDA_ERROR_INVALID_IMAGE;
  }
  if (!fits(library)) {
    dlclose(library);
    return CUDA_ERROR_NO_BINARY_FOR_GPU;
  }
  *module = new CUmod_st{library, 0, 0, {}};
  dlinfo(library, RTLD_DI_TLS_MODID, &(*module)->shared_id);
  if ((*module)->shared_id != 0) {
    dl_iterate_phdr(find_shared_bytes, *module);
  }
  return CUDA_SUCCESS;
}

API CUresult cuModuleLoadDataEx(CUmodule* module, const void* image, unsigned, void*, void*) {
  return cuModuleLoadData(module, image);
}

API CUresult cuModuleUnload(CUmodule module) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  CUresult result = emulated::finish_all_streams();
  dlclose(module->library);
  delete module;
  return result;
}

API CUresult cuModuleGetFunction(CUfunction* function, CUmodule module, const char* name) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  std::unique_ptr<CUfunc_st>& known = module->functions[name];
  if (known == nullptr) {
    std::string suffix = name;
    void* start = dlsym(module->library, ("emulated_start_" + suffix).c_str());
    void* signature = dlsym(module->library, ("emulated_signature_" + suffix).c_str());
    if (start == nullptr || signature == nullptr) {
      module->functions.erase(name);
      return CUDA_ERROR_NOT_FOUND;
    }
    known.reset(new CUfunc_st{name, module, reinterpret_cast<void (*)(void**)>(start),
                              static_cast<const emulated::Signature*>(signature),
                              DEFAULT_SHARED_BYTES});
  }
  *function = known.get();
  return CUDA_SUCCESS;
}

API CUresult cuFuncSetAttribute(CUfunction function, int attribute, int value) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  if (attribute == MAX_DYNAMIC_SHARED_SIZE_BYTES) {
    if (value < 0 || value > (int)emulated::MAX_SHARED_BYTES) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    function->max_dynamic_shared_bytes = value;
  }
  return CUDA_SUCCESS;
}

API CUresult cuFuncGetAttribute(int* value, int attribute, CUfunction function) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  switch (attribute) {
    case MAX_THREADS_PER_BLOCK:
      *value = function->signature->max_threads;
      return CUDA_SUCCESS;
    case NUM_REGISTERS:
      *value = 32;
      return CUDA_SUCCESS;
    case BINARY_VERSION:
      *value = 10 * emulated::capability().major + emulated::capability().minor;
      return CUDA_SUCCESS;
    case MAX_DYNAMIC_SHARED_SIZE_BYTES:
      *value = function->max_dynamic_shared_bytes;
      return CUDA_SUCCESS;
    default:
      *value = 0;
      return CUDA_SUCCESS;
  }
}

API CUresult cuLaunchKernel(CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                            unsigned block_x, unsigned block_y, unsigned block_z,
                            unsigned shared_bytes, CUstream stream, void** parameters, void** extra) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  unsigned long long threads = (unsigned long long)block_x * block_y * block_z;
  const emulated::Signature& signature = *function->signature;
  if (grid_x == 0 || grid_y == 0 || grid_z == 0 || threads == 0 || grid_x > 2147483647u ||
      grid_y > 65535 || grid_z > 65535 || block_x > 1024 || block_y > 1024 || block_z > 64 ||
      threads > (unsigned)signature.max_threads || extra != nullptr ||
      shared_bytes > (unsigned)function->max_dynamic_shared_bytes ||
      (parameters == nullptr && signature.num_parameters > 0)) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  Launch launch{function, {grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, shared_bytes, {}};
  for (int i = 0; i < signature.num_parameters; i++) {
    const unsigned char* argument = static_cast<const unsigned char*>(parameters[i]);
    size_t offset = launch.arguments.size();
    launch.arguments.resize(offset + (signature.sizes[i] + 15) / 16 * 16);
    memcpy(launch.arguments.data() + offset, argument, signature.sizes[i]);
  }
  return emulated::submit(stream, [launch] { return run(launch); });
}
