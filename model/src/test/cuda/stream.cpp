// Streams, events, and graphs captured from streams.
//
// A stream does nothing before somebody waits for it: the latest moment that a GPU may choose, so that
// a host that forgets to wait reads memory that nobody has written. With CUDA_LAUNCH_BLOCKING=1, as
// on a GPU, work is done when it is handed over.
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <set>
#include <thread>

#include "driver.h"

namespace {

typedef std::vector<emulated::Work> Recorded;
typedef std::chrono::steady_clock Clock;

enum CaptureMode { GLOBAL = 0, THREAD_LOCAL = 1, RELAXED = 2 };

struct Capture {
  CUstream origin;
  CaptureMode mode;
  std::thread::id thread;
  bool invalid;
  Recorded recorded;
};

// Where in its stream an event was recorded.
struct Mark {
  CUstream stream;
  bool done;
  Clock::time_point time;
  std::shared_ptr<Capture> capture;
};

constexpr unsigned NON_BLOCKING = 1;
// As much as a GPU would hardly leave undone.
constexpr size_t MAX_PENDING = 4096;

}  // namespace

struct CUstream_st {
  bool blocking;
  std::deque<emulated::Work> pending;
  std::shared_ptr<Capture> capture;
};

struct CUevent_st {
  std::shared_ptr<Mark> mark;
};
typedef CUevent_st* CUevent;

struct CUgraph_st {
  Recorded recorded;
};
typedef CUgraph_st* CUgraph;

struct CUgraphExec_st {
  Recorded recorded;
};
typedef CUgraphExec_st* CUgraphExec;

namespace {

std::set<CUstream> streams;
CUstream_st default_stream{true, {}, nullptr};

bool is_default(CUstream stream) { return reinterpret_cast<uintptr_t>(stream) <= 2; }

// The stream, or null where there is none of this handle.
CUstream find(CUstream stream) {
  if (is_default(stream)) {
    return &default_stream;
  }
  return streams.count(stream) != 0 ? stream : nullptr;
}

CUresult run_pending(CUstream stream) {
  while (!stream->pending.empty()) {
    emulated::Work work = std::move(stream->pending.front());
    stream->pending.pop_front();
    CUresult result = work();
    if (result != CUDA_SUCCESS) {
      stream->pending.clear();
      return result;
    }
  }
  return CUDA_SUCCESS;
}

CUresult reach(Mark& mark) { return mark.done ? CUDA_SUCCESS : run_pending(mark.stream); }

bool launches_block() {
  const char* text = getenv("CUDA_LAUNCH_BLOCKING");
  return text != nullptr && strcmp(text, "1") == 0;
}

CUresult require_stream(CUstream* stream) {
  RETURN_IF_ERROR(emulated::require_context());
  *stream = find(*stream);
  return *stream == nullptr ? CUDA_ERROR_INVALID_HANDLE : CUDA_SUCCESS;
}

// For what may not be done to a stream that is being captured.
CUresult refuse_if_capturing(CUstream stream) {
  if (stream->capture == nullptr) {
    return CUDA_SUCCESS;
  }
  stream->capture->invalid = true;
  return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
}

CUresult instantiate(CUgraphExec* executable, CUgraph graph) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  if (graph == nullptr) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  *executable = new CUgraphExec_st{graph->recorded};
  return CUDA_SUCCESS;
}

}  // namespace

namespace emulated {

CUresult submit(CUstream stream, Work work) {
  LOCKED;
  RETURN_IF_ERROR(require_stream(&stream));
  if (stream->capture != nullptr) {
    if (stream->capture->invalid) {
      return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    }
    stream->capture->recorded.push_back(std::move(work));
    return CUDA_SUCCESS;
  }
  if (stream == &default_stream) {
    RETURN_IF_ERROR(finish_blocking_streams());
  } else if (stream->blocking) {
    RETURN_IF_ERROR(run_pending(&default_stream));
  }
  stream->pending.push_back(std::move(work));
  return launches_block() || stream->pending.size() > MAX_PENDING ? run_pending(stream) : CUDA_SUCCESS;
}

bool is_capturing(CUstream stream) {
  stream = find(stream);
  return stream != nullptr && stream->capture != nullptr;
}

CUresult refuse_capture() {
  CUresult result = CUDA_SUCCESS;
  for (CUstream stream : streams) {
    Capture* capture = stream->capture.get();
    if (capture != nullptr &&
        (capture->mode == GLOBAL ||
         (capture->mode == THREAD_LOCAL && capture->thread == std::this_thread::get_id()))) {
      capture->invalid = true;
      result = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
  }
  return result;
}

CUresult finish_all_streams() {
  CUresult result = run_pending(&default_stream);
  for (CUstream stream : streams) {
    CUresult other = run_pending(stream);
    result = result == CUDA_SUCCESS ? other : result;
  }
  return result;
}

CUresult finish_blocking_streams() {
  for (CUstream stream : streams) {
    if (stream->blocking && stream->capture != nullptr) {
      stream->capture->invalid = true;
      return CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
    }
  }
  RETURN_IF_ERROR(run_pending(&default_stream));
  for (CUstream stream : streams) {
    if (stream->blocking) {
      RETURN_IF_ERROR(run_pending(stream));
    }
  }
  return CUDA_SUCCESS;
}

CUresult finish_stream(CUstream stream) { return run_pending(find(stream)); }

}  // namespace emulated

API CUresult cuCtxSynchronize() {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  RETURN_IF_ERROR(emulated::refuse_capture());
  return emulated::finish_all_streams();
}

API CUresult cuStreamCreate(CUstream* stream, unsigned flags) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  *stream = new CUstream_st{(flags & NON_BLOCKING) == 0, {}, nullptr};
  streams.insert(*stream);
  return CUDA_SUCCESS;
}

API CUresult cuStreamCreateWithPriority(CUstream* stream, unsigned flags, int) {
  return cuStreamCreate(stream, flags);
}

API CUresult cuStreamDestroy_v2(CUstream stream) {
  LOCKED;
  if (is_default(stream)) {
    return CUDA_ERROR_INVALID_HANDLE;
  }
  RETURN_IF_ERROR(require_stream(&stream));
  CUresult result = run_pending(stream);
  streams.erase(stream);
  delete stream;
  return result;
}

API CUresult cuStreamSynchronize(CUstream stream) {
  LOCKED;
  RETURN_IF_ERROR(require_stream(&stream));
  RETURN_IF_ERROR(refuse_if_capturing(stream));
  return stream == &default_stream ? emulated::finish_blocking_streams() : run_pending(stream);
}

// Whoever asks often enough sees the work done.
API CUresult cuStreamQuery(CUstream stream) {
  LOCKED;
  RETURN_IF_ERROR(require_stream(&stream));
  RETURN_IF_ERROR(refuse_if_capturing(stream));
  if (stream->pending.empty()) {
    return CUDA_SUCCESS;
  }
  CUresult result = run_pending(stream);
  return result == CUDA_SUCCESS ? CUDA_ERROR_NOT_READY : result;
}

API CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned) {
  LOCKED;
  RETURN_IF_ERROR(require_stream(&stream));
  std::shared_ptr<Mark> mark = event->mark;
  if (mark == nullptr) {
    return CUDA_SUCCESS;
  }
  if (mark->capture != nullptr) {
    if (stream->capture != nullptr && stream->capture != mark->capture) {
      return CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
    }
    stream->capture = mark->capture;  // the stream joins the capture, whose work has one order
    return CUDA_SUCCESS;
  }
  if (stream->capture != nullptr) {
    return refuse_if_capturing(stream);
  }
  return emulated::submit(stream, [mark] { return reach(*mark); });
}

API CUresult cuEventCreate(CUevent* event, unsigned) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  *event = new CUevent_st{nullptr};
  return CUDA_SUCCESS;
}

API CUresult cuEventDestroy_v2(CUevent event) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  delete event;
  return CUDA_SUCCESS;
}

API CUresult cuEventRecord(CUevent event, CUstream stream) {
  LOCKED;
  RETURN_IF_ERROR(require_stream(&stream));
  auto mark = std::make_shared<Mark>(Mark{stream, false, {}, stream->capture});
  event->mark = mark;
  return emulated::submit(stream, [mark] {
    mark->done = true;
    mark->time = Clock::now();
    return CUDA_SUCCESS;
  });
}

API CUresult cuEventSynchronize(CUevent event) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  if (event->mark == nullptr) {
    return CUDA_SUCCESS;
  }
  return event->mark->capture != nullptr ? CUDA_ERROR_CAPTURED_EVENT : reach(*event->mark);
}

API CUresult cuEventQuery(CUevent event) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  if (event->mark == nullptr || event->mark->done) {
    return CUDA_SUCCESS;
  }
  if (event->mark->capture != nullptr) {
    return CUDA_ERROR_CAPTURED_EVENT;
  }
  CUresult result = reach(*event->mark);
  return result == CUDA_SUCCESS ? CUDA_ERROR_NOT_READY : result;
}

API CUresult cuEventElapsedTime_v2(float* milliseconds, CUevent start, CUevent end) {
  LOCKED;
  RETURN_IF_ERROR(emulated::require_context());
  if (start->mark == nullptr || end->mark == nullptr) {
    return CUDA_ERROR_INVALID_HANDLE;
  }
  if (!start->mark->done || !end->mark->done) {
    return CUDA_ERROR_NOT_READY;
  }
  *milliseconds = std::chrono::duration<float, std::milli>(end->mark->time - start->mark->time).count();
  return CUDA_SUCCESS;
}

API CUresult cuEventElapsedTime(float* milliseconds, CUevent start, CUevent end) {
  return cuEventElapsedTime_v2(milliseconds, start, end);
}

API CUresult cuStreamBeginCapture_v2(CUstream stream, int mode) {
  LOCKED;
  if (is_default(stream)) {
    return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
  }
  RETURN_IF_ERROR(require_stream(&stream));
  if (stream->capture != nullptr) {
    return CUDA_ERROR_ILLEGAL_STATE;
  }
  if (mode < GLOBAL || mode > RELAXED) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  stream->capture = std::make_shared<Capture>(
      Capture{stream, static_cast<CaptureMode>(mode), std::this_thread::get_id(), false, {}});
  return CUDA_SUCCESS;
}

API CUresult cuStreamEndCapture(CUstream stream, CUgraph* graph) {
  LOCKED;
  RETURN_IF_ERROR(require_stream(&stream));
  *graph = nullptr;
  std::shared_ptr<Capture> capture = stream->capture;
  if (capture == nullptr) {
    return CUDA_ERROR_ILLEGAL_STATE;
  }
  if (capture->origin != stream) {
    return CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
  }
  if (capture->mode != RELAXED && capture->thread != std::this_thread::get_id()) {
    return CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD;
  }
  for (CUstream other : streams) {
    if (other->capture == capture) {
      other->capture = nullptr;
    }
  }
  if (capture->invalid) {
    return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  }
  *graph = new CUgraph_st{capture->recorded};
  return CUDA_SUCCESS;
}

API CUresult cuStreamIsCapturing(CUstream stream, int* status) {
  LOCKED;
  RETURN_IF_ERROR(require_stream(&stream));
  *status = stream->capture == nullptr ? 0 : stream->capture->invalid ? 2 : 1;
  return CUDA_SUCCESS;
}

API CUresult cuGraphInstantiateWithFlags(CUgraphExec* executable, CUgraph graph, unsigned long long) {
  return instantiate(executable, graph);
}

API CUresult cuGraphUpload(CUgraphExec, CUstream stream) {
  LOCKED;
  return require_stream(&stream);
}

API CUresult cuGraphLaunch(CUgraphExec executable, CUstream stream) {
  LOCKED;
  RETURN_IF_ERROR(require_stream(&stream));
  for (const emulated::Work& work : executable->recorded) {
    RETURN_IF_ERROR(emulated::submit(stream, work));
  }
  return CUDA_SUCCESS;
}

API CUresult cuGraphGetNodes(CUgraph graph, void** nodes, size_t* count) {
  LOCKED;
  if (nodes != nullptr) {
    return CUDA_ERROR_INVALID_VALUE;  // nodes have no handles here
  }
  *count = graph->recorded.size();
  return CUDA_SUCCESS;
}

API CUresult cuGraphDestroy(CUgraph graph) {
  LOCKED;
  delete graph;
  return CUDA_SUCCESS;
}

API CUresult cuGraphExecDestroy(CUgraphExec executable) {
  LOCKED;
  delete executable;
  return CUDA_SUCCESS;
}
