package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.DeviceGroup;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.nccl.ncclComm;
import org.bytedeco.cuda.nccl.ncclUniqueId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A group of GPUs that NCCL connects. Collectives go to the stream of the engine's kernels; an
 * event behind each tells when it has ended.
 */
final class NcclGroup implements DeviceGroup {
  private static final Logger LOG = LoggerFactory.getLogger(NcclGroup.class);

  /** A call that takes longer waits for another rank, and ends only when the group is aborted. */
  private static final int SECONDS_OF_A_CALL = 1;

  private final CudaEngine engine;
  private final ncclComm group;

  /** Held while NCCL is called for the group, so that it is not freed meanwhile. */
  private final ReentrantLock calls = new ReentrantLock();

  private volatile boolean isOver;
  private final Deque<CUevent_st> underway = new ArrayDeque<>();
  private final Deque<CUevent_st> free = new ArrayDeque<>();
  private long begun;

  private NcclGroup(CudaEngine engine, ncclComm group) {
    this.engine = engine;
    this.group = group;
  }

  /** See {@link NcclGroups#join}. */
  static NcclGroup join(CudaEngine engine, byte[] key, int rank, int size) {
    engine.device().makeCurrent();
    ncclComm group = new ncclComm();
    try (ncclUniqueId id = new ncclUniqueId()) {
      for (int i = 0; i < key.length; i++) {
        id.internal(i, key[i]);
      }
      check(
          nccl.ncclCommInitRank(group, size, id, rank),
          "connect " + engine.device() + " as rank " + rank + " of " + size);
    }
    return new NcclGroup(engine, group);
  }

  /**
   * Lets success pass.
   *
   * @throws IllegalStateException for any other status, with NCCL's words for it
   */
  static void check(int status, String what) {
    if (status != nccl.ncclSuccess) {
      throw failure(status, what);
    }
  }

  private static IllegalStateException failure(int status, String what) {
    return new IllegalStateException(
        "NCCL could not "
            + what
            + ": "
            + nccl.ncclGetErrorString(status).getString()
            + ". NCCL_DEBUG=WARN in the executors' environment makes it say more");
  }

  private static int type(DType dtype) {
    return switch (dtype) {
      case F32 -> nccl.ncclFloat32;
      case F64 -> nccl.ncclFloat64;
      case BF16 -> nccl.ncclBfloat16;
      case I32 -> nccl.ncclInt32;
    };
  }

  @Override
  public void sumInPlace(Tensor tensor) {
    DevicePointer place = new DevicePointer(tensor.address());
    begin(
        "sum up " + tensor,
        () ->
            nccl.ncclAllReduce(
                place,
                place,
                tensor.numElements(),
                type(tensor.dtype()),
                nccl.ncclSum,
                group,
                engine.stream()));
  }

  @Override
  public void gather(Tensor own, Tensor all) {
    begin(
        "gather " + all,
        () ->
            nccl.ncclAllGather(
                new DevicePointer(own.address()),
                new DevicePointer(all.address()),
                own.numElements(),
                type(own.dtype()),
                group,
                engine.stream()));
  }

  @Override
  public void broadcastInPlace(Tensor tensor, int root) {
    DevicePointer place = new DevicePointer(tensor.address());
    begin(
        "broadcast " + tensor,
        () ->
            nccl.ncclBroadcast(
                place,
                place,
                tensor.numElements(),
                type(tensor.dtype()),
                root,
                group,
                engine.stream()));
  }

  private void begin(String what, IntSupplier start) {
    engine.device().makeCurrent();
    calls.lock();
    try {
      if (isOver) {
        throw new IllegalStateException("The group of GPUs is over, and was to " + what);
      }
      check(start.getAsInt(), what);
      synchronized (underway) {
        CUevent_st event = free.isEmpty() ? newEvent() : free.pop();
        CudaStatus.check(cudart.cuEventRecord(event, engine.stream()), "mark the end of: " + what);
        underway.add(event);
        begun++;
      }
    } finally {
      calls.unlock();
    }
  }

  private static CUevent_st newEvent() {
    CUevent_st event = new CUevent_st();
    CudaStatus.check(cudart.cuEventCreate(event, cudart.CU_EVENT_DISABLE_TIMING), "make an event");
    return event;
  }

  @Override
  public Progress progress() {
    engine.device().makeCurrent();
    // Who begins something may wait in NCCL for another rank, and is not waited for here.
    if (calls.tryLock()) {
      try {
        if (!isOver) {
          checkAsynchronous();
        }
      } finally {
        calls.unlock();
      }
    }
    synchronized (underway) {
      while (!underway.isEmpty() && hasEnded(underway.peek())) {
        free.push(underway.remove());
      }
      return new Progress(begun, begun - underway.size());
    }
  }

  private void checkAsynchronous() {
    int[] status = new int[1];
    check(nccl.ncclCommGetAsyncError(group, status), "tell how a group is");
    if (status[0] != nccl.ncclInProgress) {
      check(status[0], "go on");
    }
  }

  private static boolean hasEnded(CUevent_st event) {
    int status = cudart.cuEventQuery(event);
    if (status == cudart.CUDA_ERROR_NOT_READY) {
      return false;
    }
    CudaStatus.check(status, "run a collective");
    return true;
  }

  @Override
  public void abort() {
    end(true);
  }

  @Override
  public void close() {
    end(isUnderway());
    synchronized (underway) {
      underway.forEach(cudart::cuEventDestroy);
      free.forEach(cudart::cuEventDestroy);
      underway.clear();
      free.clear();
    }
  }

  /** What has failed will not end. */
  private boolean isUnderway() {
    try {
      return progress().isUnderway();
    } catch (IllegalStateException e) {
      LOG.debug("A group of GPUs ends after a failure", e);
      return true;
    }
  }

  private void end(boolean breaksOff) {
    engine.device().makeCurrent();
    boolean isLocked = lockForACall();
    try {
      if (isOver) {
        return;
      }
      isOver = true;
      int status = breaksOff ? nccl.ncclCommAbort(group) : nccl.ncclCommDestroy(group);
      if (status != nccl.ncclSuccess) {
        LOG.warn("A group of GPUs was left behind", failure(status, "end it"));
      }
    } finally {
      if (isLocked) {
        calls.unlock();
      }
    }
  }

  private boolean lockForACall() {
    try {
      return calls.tryLock(SECONDS_OF_A_CALL, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return calls.tryLock();
    }
  }
}
