// Every CUDA thread of a block has a stack of its own and runs until it waits; then the next one that
// can runs. All of it happens on the calling thread of the operating system, one grid at a time.
//
// Threads run by increasing number in one block and by decreasing number in the next, so that a
// kernel that lacks a barrier goes wrong in one of them.
#include "run_grid.h"

#include <sys/mman.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

EXPORTED uint3 threadIdx;
EXPORTED uint3 blockIdx;
EXPORTED dim3 blockDim;
EXPORTED dim3 gridDim;

namespace {

constexpr size_t SHARED_GUARD = 1024;

}  // namespace

alignas(1024) EXPORTED thread_local unsigned char
    dynamic_shared[emulated::MAX_SHARED_BYTES + SHARED_GUARD];

// Saves the registers that a call keeps on the stack, puts the stack pointer at `saved`, and goes on
// where `next` was saved.
extern "C" void emulated_switch(void** saved, void* next);
asm(R"(
.text
.type emulated_switch, @function
emulated_switch:
  push %rbp
  push %rbx
  push %r12
  push %r13
  push %r14
  push %r15
  mov %rsp, (%rdi)
  mov %rsi, %rsp
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbx
  pop %rbp
  ret
.size emulated_switch, .-emulated_switch
)");

namespace emulated {
namespace {

constexpr int LANES = 32;
constexpr int MAX_THREADS = 1024;
constexpr size_t STACK_BYTES = 64 << 10;
constexpr int LAUNCH_FAILED = 719;
constexpr int NONE = -1;

struct Copy {
  void* target;
  const void* source;
  size_t bytes;
  bool valid;
  int group;
};

struct Thread {
  void* stack_pointer;  // null before it starts
  uint3 index;
  unsigned mask;          // of the lanes that it waits for
  const char* operation;  // at which it waits for them
  int agreement;          // of its last exchange, which it may read until its next one
  std::vector<Copy> copies;
  int groups;             // of copies that it has committed
};

// Sets of lanes are bits.
struct Warp {
  unsigned alive;
  unsigned runnable;
  unsigned at_warp;   // waiting for lanes
  unsigned at_block;  // waiting for the block
  Slot offered[LANES];
  // What the lanes of an exchange handed over, and which may still read it. Each may be reading one
  // while another is made.
  Slot agreed[LANES + 1][LANES];
  unsigned readers[LANES + 1];
};

struct Block {
  int alive;
  int arrived;
  int sum;  // of the values of those that arrived
  int last_sum;
  unsigned runnable_warps;
  bool descending;
};

Thread threads[MAX_THREADS];
Warp warps[MAX_THREADS / LANES];
Block block;
const Grid* grid;
int current;  // the running thread
int error;
bool next_descending;
void* main_stack_pointer;
void* discarded_stack_pointer;
char* stacks;
int free_stacks[MAX_THREADS];
int num_free_stacks;

int first(unsigned lanes) {
  return block.descending ? 31 - __builtin_clz(lanes) : __builtin_ctz(lanes);
}

// The next thread that can run, or -1. Threads of the same warp go first.
int next_runnable() {
  int warp = current / LANES;
  if (warps[warp].runnable == 0) {
    if (block.runnable_warps == 0) {
      return -1;
    }
    warp = first(block.runnable_warps);
  }
  return warp * LANES + first(warps[warp].runnable);
}

void set_runnable(int warp, unsigned lanes) {
  warps[warp].runnable |= lanes;
  block.runnable_warps |= 1u << warp;
}

void clear_runnable(int warp, unsigned lanes) {
  warps[warp].runnable &= ~lanes;
  if (warps[warp].runnable == 0) {
    block.runnable_warps &= ~(1u << warp);
  }
}

void make_current(int thread) {
  current = thread;
  threadIdx = threads[thread].index;
}

void release_block() {
  for (int warp = 0; warp < MAX_THREADS / LANES; warp++) {
    if (warps[warp].at_block != 0) {
      set_runnable(warp, warps[warp].at_block);
      warps[warp].at_block = 0;
    }
  }
  block.last_sum = block.sum;
  block.sum = 0;
  block.arrived = 0;
}

// Lets the lanes of the mask go on if all of them have arrived.
bool release_warp(int number, unsigned mask) {
  Warp& warp = warps[number];
  unsigned lanes = mask & warp.alive;
  if ((warp.at_warp & lanes) != lanes) {
    return false;
  }
  const char* operation = nullptr;
  for (unsigned rest = lanes; rest != 0; rest &= rest - 1) {
    const Thread& thread = threads[number * LANES + __builtin_ctz(rest)];
    if (thread.mask != mask) {
      return false;
    }
    if (operation != nullptr && strcmp(operation, thread.operation) != 0) {
      fail(LAUNCH_FAILED, "lanes of one warp meet at %s and at %s", operation, thread.operation);
    }
    operation = thread.operation;
  }
  int free = 0;
  while (warp.readers[free] != 0) {
    free++;
  }
  warp.readers[free] = lanes;
  memcpy(warp.agreed[free], warp.offered, sizeof(warp.offered));
  for (unsigned rest = ~lanes; rest != 0; rest &= rest - 1) {
    memset(&warp.agreed[free][__builtin_ctz(rest)], 0xFF, sizeof(Slot));
  }
  for (unsigned rest = lanes; rest != 0; rest &= rest - 1) {
    threads[number * LANES + __builtin_ctz(rest)].agreement = free;
  }
  warp.at_warp &= ~lanes;
  set_runnable(number, lanes);
  return true;
}

// The running thread has read what its last exchange brought.
void forget_agreement() {
  Thread& me = threads[current];
  if (me.agreement != NONE) {
    warps[current / LANES].readers[me.agreement] &= ~(1u << (current % LANES));
    me.agreement = NONE;
  }
}

// A thread that has returned is waited for no more.
void finish() {
  int number = current / LANES;
  Warp& warp = warps[number];
  unsigned bit = 1u << (current % LANES);
  forget_agreement();
  warp.alive &= ~bit;
  clear_runnable(number, bit);
  block.alive--;
  if (block.arrived > 0 && block.arrived == block.alive) {
    release_block();
  }
  for (unsigned waiting = warp.at_warp; waiting != 0; waiting = warp.at_warp & waiting & (waiting - 1)) {
    release_warp(number, threads[number * LANES + __builtin_ctz(waiting)].mask);
  }
}

// Runs threads that have not started, one after the other, on one stack.
void run_threads(int stack) {
  for (;;) {
    grid->start(grid->arguments);
    finish();
    int next = next_runnable();
    if (next >= 0 && threads[next].stack_pointer == nullptr) {
      make_current(next);
      threads[next].stack_pointer = &threads[next];  // it has started
      continue;
    }
    free_stacks[num_free_stacks++] = stack;
    if (next < 0) {
      emulated_switch(&discarded_stack_pointer, main_stack_pointer);
    }
    make_current(next);
    emulated_switch(&discarded_stack_pointer, threads[next].stack_pointer);
  }
}

void enter() {
  run_threads(free_stacks[num_free_stacks]);
}

// A stack that enters `enter` when it is switched to. Stacks begin at different lines of the cache.
void* new_stack() {
  int stack = free_stacks[--num_free_stacks];
  char* top = stacks + (stack + 1) * STACK_BYTES - 64 * (stack % 61);
  void** words = reinterpret_cast<void**>(top) - 8;
  memset(words, 0, 8 * sizeof(void*));
  words[6] = reinterpret_cast<void*>(&enter);
  return words;
}

void resume(int next, void** saved) {
  void* stack_pointer = threads[next].stack_pointer;
  if (stack_pointer == nullptr) {
    stack_pointer = new_stack();
    threads[next].stack_pointer = stack_pointer;
  }
  make_current(next);
  emulated_switch(saved, stack_pointer);
}

// Runs others until this thread can run again.
void wait() {
  Thread& me = threads[current];
  int next = next_runnable();
  if (next < 0) {
    emulated_switch(&me.stack_pointer, main_stack_pointer);
  } else {
    resume(next, &me.stack_pointer);
  }
}

void allocate_stacks() {
  if (stacks == nullptr) {
    void* memory = mmap(nullptr, MAX_THREADS * STACK_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
      perror("stacks of CUDA threads");
      abort();
    }
    stacks = static_cast<char*>(memory);
    for (int i = 0; i < MAX_THREADS; i++) {
      mprotect(stacks + i * STACK_BYTES, 4096, PROT_NONE);
    }
  }
}

void begin_block() {
  num_free_stacks = 0;
  for (int i = MAX_THREADS - 1; i >= 0; i--) {
    free_stacks[num_free_stacks++] = i;
  }
  memset(grid->static_shared, 0xFF, grid->static_shared_bytes);
  memset(dynamic_shared, 0xFF, grid->dynamic_shared_bytes + SHARED_GUARD);
  int num_threads = blockDim.x * blockDim.y * blockDim.z;
  block = Block{num_threads, 0, 0, 0, 0, next_descending};
  next_descending = !next_descending;
  for (Warp& warp : warps) {
    warp.alive = warp.runnable = warp.at_warp = warp.at_block = 0;
    memset(warp.readers, 0, sizeof(warp.readers));
  }
  for (int i = 0; i < num_threads; i++) {
    Thread& thread = threads[i];
    thread.stack_pointer = nullptr;
    thread.agreement = NONE;
    thread.index = {i % blockDim.x, i / blockDim.x % blockDim.y, i / blockDim.x / blockDim.y};
    thread.copies.clear();
    thread.groups = 0;
    warps[i / LANES].alive |= 1u << (i % LANES);
  }
  for (int warp = 0; warp * LANES < num_threads; warp++) {
    set_runnable(warp, warps[warp].alive);
  }
}

void print(const char* format, va_list arguments) {
  fprintf(stderr, "kernel %s, block (%u, %u, %u), thread (%u, %u, %u): ", grid->kernel, blockIdx.x,
          blockIdx.y, blockIdx.z, threadIdx.x, threadIdx.y, threadIdx.z);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
}

void report(int code, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  print(format, arguments);
  va_end(arguments);
  error = code;
}

void report_deadlock() {
  int at_block = 0;
  int at_warp = 0;
  const Thread* example = nullptr;
  for (int i = 0; i < MAX_THREADS; i++) {
    unsigned bit = 1u << (i % LANES);
    at_block += (warps[i / LANES].at_block & bit) != 0;
    if (warps[i / LANES].at_warp & bit) {
      at_warp++;
      example = &threads[i];
    }
  }
  int num_threads = blockDim.x * blockDim.y * blockDim.z;
  report(LAUNCH_FAILED,
         "deadlock: %d threads wait at __syncthreads, %d at %s (mask %08x), %d have returned", at_block,
         at_warp, example ? example->operation : "no operation of a warp",
         example ? example->mask : 0u, num_threads - block.alive);
}

void check_shared_guard() {
  const unsigned char* guard = dynamic_shared + grid->dynamic_shared_bytes;
  for (size_t i = 0; i < SHARED_GUARD; i++) {
    if (guard[i] != 0xFF) {
      report(700, "wrote %zu bytes behind its %u bytes of dynamic shared memory", i,
             grid->dynamic_shared_bytes);
      return;
    }
  }
}

void run_block() {
  begin_block();
  current = block.descending ? blockDim.x * blockDim.y * blockDim.z - 1 : 0;
  resume(next_runnable(), &main_stack_pointer);
  if (error == 0 && block.alive > 0) {
    report_deadlock();
  }
  if (error == 0) {
    check_shared_guard();
  }
}

}  // namespace

int run_grid(const Grid& launched) {
  allocate_stacks();
  grid = &launched;
  error = 0;
  gridDim = launched.grid;
  blockDim = launched.block;
  for (unsigned z = 0; z < gridDim.z && error == 0; z++) {
    for (unsigned y = 0; y < gridDim.y && error == 0; y++) {
      for (unsigned x = 0; x < gridDim.x && error == 0; x++) {
        blockIdx = {x, y, z};
        run_block();
      }
    }
  }
  return error;
}

const Slot* exchange(const char* operation, unsigned mask, const void* value, size_t bytes) {
  int number = current / LANES;
  Warp& warp = warps[number];
  unsigned bit = 1u << (current % LANES);
  if ((mask & bit) == 0) {
    fail(LAUNCH_FAILED, "%s with mask %08x, which lacks the calling lane %d", operation, mask, lane());
  }
  forget_agreement();
  Thread& me = threads[current];
  me.mask = mask;
  me.operation = operation;
  memcpy(&warp.offered[current % LANES], value, bytes);
  warp.at_warp |= bit;
  if (!release_warp(number, mask)) {
    clear_runnable(number, bit);
    wait();
  }
  return warp.agreed[me.agreement];
}

int wait_for_block(int value) {
  int number = current / LANES;
  unsigned bit = 1u << (current % LANES);
  block.sum += value;
  block.arrived++;
  warps[number].at_block |= bit;
  if (block.arrived == block.alive) {
    release_block();
  } else {
    clear_runnable(number, bit);
    wait();
  }
  return block.last_sum;
}

int lane() { return current % LANES; }

void fail(int code, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  print(format, arguments);
  va_end(arguments);
  error = code;
  emulated_switch(&discarded_stack_pointer, main_stack_pointer);
  abort();
}

bool is_shared(const void* address, size_t bytes) {
  const unsigned char* start = static_cast<const unsigned char*>(address);
  return (start >= dynamic_shared && start + bytes <= dynamic_shared + grid->dynamic_shared_bytes) ||
         (start >= grid->static_shared &&
          start + bytes <= grid->static_shared + grid->static_shared_bytes);
}

void copy_later(void* target, const void* source, size_t bytes, bool valid) {
  Thread& me = threads[current];
  me.copies.push_back(Copy{target, source, bytes, valid, me.groups});
}

void commit_copies() { threads[current].groups++; }

void wait_for_copies(int groups_under_way) {
  Thread& me = threads[current];
  size_t done = 0;
  while (done < me.copies.size() && me.copies[done].group < me.groups - groups_under_way) {
    const Copy& copy = me.copies[done++];
    if (copy.valid) {
      memcpy(copy.target, copy.source, copy.bytes);
    } else {
      memset(copy.target, 0, copy.bytes);
    }
  }
  me.copies.erase(me.copies.begin(), me.copies.begin() + done);
}

}  // namespace emulated
