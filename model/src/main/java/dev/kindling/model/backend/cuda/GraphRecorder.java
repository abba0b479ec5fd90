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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes all that a pass starts on a GPU into one launch, a CUDA graph.
 *
 * <p>A pass is first only listened to: it starts nothing, but everything that it would start, with
 * all arguments, makes up its fingerprint. If a graph of that fingerprint is there, it is launched;
 * if the same was run before, so that its memory is there, it is captured as a graph; otherwise it
 * runs as it is. So a graph never does anything but what the pass would have done. What is copied
 * to the GPU, such as ids, may differ: it passes through pinned memory, out of which the graph
 * copies.
 *
 * <p>Where passes are never the same, as with dropout, whose key is another one in every step,
 * listening is a waste: after a row of them the recorder lets passes run unheard for a while, and
 * for twice as long the next time.
 */
final class GraphRecorder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GraphRecorder.class);

  private enum Mode {
    DIRECT,
    LISTENING,
    CAPTURING
  }

  /**
   * What a pass starts, as two hashes of it: chance does not make both of two passes equal.
   *
   * @param first of the one function
   * @param second of the other
   */
  private record Fingerprint(long first, long second) {
    private static final Fingerprint OF_NOTHING = new Fingerprint(0x9E3779B97F4A7C15L, 0);

    Fingerprint with(long value) {
      return new Fingerprint(
          Long.rotateLeft((first ^ value) * 0x9E3779B97F4A7C15L, 29),
          ((second + value) ^ (second >>> 31)) * 0xC2B2AE3D27D4EB4FL);
    }
  }

  /** Shapes that come again and again in one run: of batches, of the last batch, of evaluation. */
  private static final int MOST_GRAPHS = 8;

  /** Passes in a row of which none was like one before. */
  private static final int MOST_MISSES = 16;

  /** Passes that may come again. */
  private static final int MOST_SEEN = 256;

  private static final int SHORTEST_PAUSE = 64;
  private static final int LONGEST_PAUSE = 1 << 16;

  private final CudaDevice device;
  private final CUstream_st stream;
  private final PinnedMemory staged;
  private final Set<Fingerprint> seen = new HashSet<>();

  /** The one that was launched longest ago comes first. */
  private final Map<Fingerprint, CUgraphExec_st> graphs = new LinkedHashMap<>(16, 0.75f, true);

  private Mode mode = Mode.DIRECT;
  private Thread recording;
  private Fingerprint fingerprint;
  private int misses;
  private int pause = SHORTEST_PAUSE;
  private int passesUnheard;
  private boolean isOff;

  GraphRecorder(CudaDevice device, CUstream_st stream) {
    this.device = device;
    this.stream = stream;
    this.staged = new PinnedMemory(device);
  }

  /**
   * Runs a pass; what it reads of the GPU it reads afterwards.
   *
   * @param pass starts the same, whenever it is run, and reads nothing of the GPU
   */
  void run(Runnable pass) {
    device.makeCurrent();
    if (isOff || passesUnheard > 0) {
      passesUnheard--;
      pass.run();
      return;
    }
    Fingerprint heard = in(Mode.LISTENING, pass);
    CUgraphExec_st graph = graphs.get(heard);
    if (graph != null) {
      misses = 0;
    } else if (seen.remove(heard)) {
      graph = capture(pass, heard);
    } else {
      remember(heard);
    }
    if (graph == null) {
      miss();
      pass.run();
    } else {
      check(cudart.cuGraphLaunch(graph, stream), "launch a graph of kernels");
    }
  }

  private void remember(Fingerprint heard) {
    if (seen.size() == MOST_SEEN) {
      seen.clear();
    }
    seen.add(heard);
  }

  private void miss() {
    misses++;
    if (misses > MOST_MISSES) {
      LOG.debug("No pass was like one before: {} passes run without a graph now", pause);
      passesUnheard = pause;
      pause = Math.min(LONGEST_PAUSE, 2 * pause);
      misses = 0;
      seen.clear();
    }
  }

  private Fingerprint in(Mode newMode, Runnable pass) {
    if (newMode == Mode.LISTENING) {
      // The graph that was launched last may not have read what is staged yet.
      check(cudart.cuStreamSynchronize(stream), "wait for the kernels before");
    }
    staged.reset();
    fingerprint = Fingerprint.OF_NOTHING;
    recording = Thread.currentThread();
    mode = newMode;
    try {
      pass.run();
    } finally {
      mode = Mode.DIRECT;
      recording = null;
    }
    return fingerprint;
  }

  /** A graph of a pass; null if there can be none, and passes run without from now on. */
  private CUgraphExec_st capture(Runnable pass, Fingerprint expected) {
    CUgraph_st graph = new CUgraph_st();
    try {
      // Copies of other threads on the default stream would break the capture off.
      synchronized (device) {
        captureInto(graph, pass, expected);
      }
      CUgraphExec_st executable = new CUgraphExec_st();
      check(cudart.cuGraphInstantiate(executable, graph, 0), "make a graph executable");
      makeRoom();
      graphs.put(expected, executable);
      return executable;
    } catch (IllegalStateException e) {
      LOG.warn("Kernels are started one by one from now on, because they make no graph", e);
      isOff = true;
      return null;
    } finally {
      if (!graph.isNull()) {
        cudart.cuGraphDestroy(graph);
      }
    }
  }

  private void captureInto(CUgraph_st graph, Runnable pass, Fingerprint expected) {
    check(cudart.cuStreamSynchronize(stream), "wait for the kernels before");
    check(
        cudart.cuStreamBeginCapture(stream, cudart.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
        "begin to capture a graph");
    Fingerprint captured;
    try {
      captured = in(Mode.CAPTURING, pass);
    } catch (RuntimeException e) {
      // Why it has failed is what the pass says, not that the capture is over.
      cudart.cuStreamEndCapture(stream, graph);
      throw e;
    }
    check(cudart.cuStreamEndCapture(stream, graph), "end the capture of a graph");
    if (!captured.equals(expected)) {
      throw new IllegalStateException(
          "A pass of the same arguments has started other kernels the second time: it must depend"
              + " on its arguments alone");
    }
  }

  /** More shapes than graphs are as good as none that comes again: it counts as a miss. */
  private void makeRoom() {
    if (graphs.size() == MOST_GRAPHS) {
      Iterator<CUgraphExec_st> oldest = graphs.values().iterator();
      check(cudart.cuGraphExecDestroy(oldest.next()), "free a graph");
      oldest.remove();
      miss();
    }
  }

  /** Whether nothing is to be started now. */
  boolean isListening() {
    return mode == Mode.LISTENING;
  }

  /** Adds something that decides what is started to the fingerprint. */
  void add(long value) {
    if (mode != Mode.DIRECT) {
      fingerprint = fingerprint.with(value);
    }
  }

  /**
   * Takes over a copy to the GPU while a pass is recorded.
   *
   * @return false if it is none of the recorder's, and the caller copies
   * @throws IllegalStateException if another thread than that of the pass copies
   */
  boolean takes(Pointer host, long address, long numBytes) {
    if (mode == Mode.DIRECT) {
      return false;
    }
    if (recording != Thread.currentThread()) {
      throw new IllegalStateException(
          "A thread writes to the GPU while another one records a pass of the same backend: a"
              + " backend is used by one thread at a time");
    }
    long place = staged.put(host, numBytes);
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
    staged.close();
  }
}
