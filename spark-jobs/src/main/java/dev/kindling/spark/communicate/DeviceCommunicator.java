package dev.kindling.spark.communicate;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.DeviceGroup;
import dev.kindling.model.backend.DeviceGroups;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Scratch;
import dev.kindling.model.tensor.Tensor;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Ranks whose devices do collectives together, such as GPUs that NCCL connects: sums, gathering and
 * broadcasts of tensors that lie there, in the order of the backend's kernels, so that a sum in the
 * background is one like any other. Everything else goes over the network: tensors of the host,
 * maxima, and messages from rank to rank, which have to arrive whether they are asked for or not
 * while a device's transfer begins when both sides have come to it.
 *
 * <p>In which order a device sums up depends on how the devices are connected; all ranks get the
 * same bits.
 */
final class DeviceCommunicator implements Communicator {
  private final GroupCommunicator network;
  private final Backend backend;
  private final DeviceGroups groups;
  private final DeviceWatch watch;
  private final boolean ownsWatch;
  private final Scratch widened;

  /** Made by the first collective, which all ranks come to. */
  private DeviceGroup group;

  private DeviceCommunicator(
      GroupCommunicator network,
      Backend backend,
      DeviceGroups groups,
      DeviceWatch watch,
      boolean ownsWatch) {
    this.network = network;
    this.backend = backend;
    this.groups = groups;
    this.watch = watch;
    this.ownsWatch = ownsWatch;
    this.widened = new Scratch(backend.memory());
  }

  /**
   * All ranks of a group.
   *
   * @param network closes with this
   * @param backend whose thread this is used on; closes after this
   * @param groups of its devices
   */
  static DeviceCommunicator of(GroupCommunicator network, Backend backend, DeviceGroups groups) {
    DeviceWatch watch = new DeviceWatch(network.timeout());
    return new DeviceCommunicator(network, backend, groups, watch, true);
  }

  @Override
  public int rank() {
    return network.rank();
  }

  @Override
  public int size() {
    return network.size();
  }

  @Override
  public Pending send(Tensor tensor, int to, long tag) {
    return network.send(tensor, to, tag);
  }

  @Override
  public void receive(Tensor tensor, int from, long tag) {
    network.receive(tensor, from, tag);
  }

  private boolean goesOverTheNetwork(Tensor tensor) {
    return tensor.isOnHost() || size() == 1 || tensor.numElements() == 0;
  }

  @Override
  public void allReduceSumInPlace(Tensor tensor) {
    Reduction.check(tensor);
    if (goesOverTheNetwork(tensor)) {
      network.allReduceSumInPlace(tensor);
    } else if (tensor.dtype() == DType.BF16 && size() > 2) {
      // Summed up in F32, and rounded once.
      Tensor floats = widened.tensor(DType.F32, tensor.shape());
      backend.copy(tensor, floats);
      run(devices -> devices.sumInPlace(floats));
      backend.copy(floats, tensor);
    } else {
      run(devices -> devices.sumInPlace(tensor));
    }
  }

  @Override
  public void allReduceMaxInPlace(Tensor tensor) {
    network.allReduceMaxInPlace(tensor);
  }

  @Override
  public Pending allReduceSumInPlaceLater(Tensor tensor) {
    if (goesOverTheNetwork(tensor)) {
      return network.allReduceSumInPlaceLater(tensor);
    }
    allReduceSumInPlace(tensor);
    return watch::requireNoFailure;
  }

  @Override
  public void allGather(Tensor own, Tensor all) {
    if (own.isOnHost() || goesOverTheNetwork(all)) {
      network.allGather(own, all);
    } else {
      network.checkGather(own, all);
      run(devices -> devices.gather(own, all));
    }
  }

  @Override
  public void broadcastInPlace(Tensor tensor, int root) {
    if (goesOverTheNetwork(tensor)) {
      network.broadcastInPlace(tensor, root);
    } else {
      run(devices -> devices.broadcastInPlace(tensor, root));
    }
  }

  /** Something that devices do together. */
  private interface Collective {
    void begin(DeviceGroup devices);
  }

  private void run(Collective collective) {
    watch.requireNoFailure();
    if (group == null) {
      group = join();
      watch.add(group, network);
    }
    try {
      collective.begin(group);
    } catch (IllegalStateException e) {
      watch.requireNoFailure();
      throw failed(e.getMessage(), e);
    }
  }

  private DeviceGroup join() {
    byte[] key = key();
    // Whoever waits for ranks inside of it can be neither interrupted nor aborted.
    FutureTask<DeviceGroup> joining = new FutureTask<>(() -> groups.join(key, rank(), size()));
    Thread thread = new Thread(joining, "kindling-device-group");
    thread.setDaemon(true);
    thread.start();
    try {
      return joining.get(network.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw failed("not all devices of a group of " + size() + " ranks have come together", e);
    } catch (ExecutionException e) {
      throw failed(e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("the task was killed", e);
    }
  }

  /** Made by the first rank; the network brings it to the others. */
  private byte[] key() {
    byte[] key = rank() == 0 ? groups.newKey() : new byte[groups.keyBytes()];
    try (OffHeapMemory memory = OffHeapMemory.allocate(key.length)) {
      int length = key.length / Integer.BYTES;
      Tensor sent = memory.tensor(0, DType.I32, length);
      sent.writeBytes(0, length, key, 0);
      network.broadcastInPlace(sent, 0);
      sent.readBytes(0, length, key, 0);
    }
    return key;
  }

  private CommunicationException failed(String reason, Exception cause) {
    String message = "rank " + rank() + ": " + reason;
    network.abort(message);
    watch.abort(message);
    return new CommunicationException(message, cause);
  }

  @Override
  public Communicator subgroup(List<Integer> ranks) {
    return new DeviceCommunicator(network.subgroup(ranks), backend, groups, watch, false);
  }

  @Override
  public void abort(Throwable cause) {
    network.abort(cause);
    watch.abort("this rank gave up: " + cause);
  }

  @Override
  public CommunicatorStats stats() {
    return network.stats();
  }

  @Override
  public void close() {
    if (group != null) {
      watch.remove(group);
      group.close();
    }
    if (ownsWatch) {
      watch.close();
    }
    widened.close();
    network.close();
  }
}
