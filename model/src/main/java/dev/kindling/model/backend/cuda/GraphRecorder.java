package dev.kindling.model.backend.cuda;

import static dev.kindling.model.backend.cuda.CudaStatus.check;

import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;

/**
 * Makes all that a pass starts on a GPU into one launch, a CUDA graph.
 *
 * <p>A pass is first only listened to: it starts nothing, but everything that it would start, with
 * all arguments, makes up its fingerprint. If a graph of that fingerprint is there, it is launched;
 * if the same was run before, so that its memory is there, it is captured as a graph; otherwise it
 * runs as it is. So a graph never does anything but what the pass would have done. Ids that are
 * copied to the GPU may differ: they pass through pinned memory, out of which the graph copies.
 */
final class GraphRecorder implements AutoCloseable {
  private enum Mode {
    DIRECT,
    LISTENING,
    CAPTURING
  }

  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  /** Shapes that come again and again in one run: of batches, of the last batch, of evaluation. */
  private static final int MOST_GRAPHS = 8;

  /** Passes in a row of which none was like one before: dropout draws another key every time. */
  private static final int MOST_MISSES = 16;

  private final CudaDevice device;
  private final CUstream_st stream;
  private final PinnedMemory ids;
  private final Set<Long> seen = new HashSet<>();
  private final Map<Long, CUgraphExec_st> graphs = new LinkedHashMap<>();
  private Mode mode = Mode.DIRECT;
  private long fingerprint;
  private int misses;

  GraphRecorder(CudaDevice device, CUstream_st stream) {
    this.device = device;
    this.stream = stream;
    this.ids = new PinnedMemory(device);
  }

  /**
   * Runs a pass; what it reads of the GPU it reads afterwards.
   *
   * @param pass starts the same, whenever it is run, and reads nothing of the GPU
   */
  void run(Runnable pass) {
    if (misses > MOST_MISSES) {
      pass.run();
      return;
    }
    long heard = in(Mode.LISTENING, pass);
    CUgraphExec_st graph = graphs.get(heard);
    if (graph == null && seen.contains(heard)) {
      graph = capture(pass, heard);
    }
    if (graph == null) {
      seen.add(heard);
      misses++;
      pass.run();
    } else {
      misses = 0;
      check(cudart.cuGraphLaunch(graph, stream), "launch a graph of kernels");
    }
  }

  private long in(Mode newMode, Runnable pass) {
    if (newMode == Mode.LISTENING) {
      // The graph that was launched last may not have read them yet.
      check(cudart.cuStreamSynchronize(stream), "wait for the kernels before");
    }
    ids.reset();
    fingerprint = MULTIPLIER;
    mode = newMode;
    try {
      pass.run();
    } finally {
      mode = Mode.DIRECT;
    }
    return fingerprint;
  }

  private CUgraphExec_st capture(Runnable pass, long expected) {
    CUgraph_st graph = new CUgraph_st();
    // Copies of other threads on the default stream would break the capture off.
    synchronized (device) {
      check(cudart.cuStreamSynchronize(stream), "wait for the kernels before");
      check(
          cudart.cuStreamBeginCapture(stream, cudart.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
          "begin to capture a graph");
      long captured;
      try {
        captured = in(Mode.CAPTURING, pass);
      } finally {
        check(cudart.cuStreamEndCapture(stream, graph), "end the capture of a graph");
      }
      if (captured != expected) {
        cudart.cuGraphDestroy(graph);
        throw new IllegalStateException(
            "A pass of the same arguments has started other kernels the second time: it must"
                + " depend on its arguments alone");
      }
    }
    CUgraphExec_st executable = new CUgraphExec_st();
    check(cudart.cuGraphInstantiate(executable, graph, 0), "make a graph executable");
    check(cudart.cuGraphDestroy(graph), "free a captured graph");
    if (graphs.size() == MOST_GRAPHS) {
      Iterator<CUgraphExec_st> oldest = graphs.values().iterator();
      check(cudart.cuGraphExecDestroy(oldest.next()), "free a graph");
      oldest.remove();
    }
    graphs.put(expected, executable);
    return executable;
  }

  /** Whether nothing is to be started now. */
  boolean isListening() {
    return mode == Mode.LISTENING;
  }

  /** Adds something that decides what is started to the fingerprint. */
  void add(long value) {
    if (mode != Mode.DIRECT) {
      fingerprint = Long.rotateLeft((fingerprint ^ value) * MULTIPLIER, 29);
    }
  }

  /**
   * Takes over a copy to the GPU while a pass is recorded.
   *
   * @return false if it is none of the recorder's, and the caller copies
   */
  boolean takes(Pointer host, long address, long numBytes) {
    if (mode == Mode.DIRECT) {
      return false;
    }
    long place = ids.put(host, numBytes);
    add(place);
    add(address);
    add(numBytes);
    if (mode == Mode.CAPTURING) {
      check(
          cudart.cuMemcpyHtoDAsync(address, new DevicePointer(place), numBytes, stream),
          "capture a copy to " + device);
    }
    return true;
  }

  /**
   * To be called before the host reads.
   *
   * @throws IllegalStateException while a pass is recorded
   */
  void requireDirect() {
    if (mode != Mode.DIRECT) {
      throw new IllegalStateException(
          "A pass that is recorded as a CUDA graph reads results on the host: it may do so only"
              + " afterwards");
    }
  }

  @Override
  public void close() {
    graphs.values().forEach(cudart::cuGraphExecDestroy);
    graphs.clear();
    ids.close();
  }
}
