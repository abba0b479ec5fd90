package dev.kindling.spark.communicate;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.DeviceGroups;
import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.DeviceMemory;
import dev.kindling.model.tensor.MemorySpace;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A GPU made of the host's memory: its tensors can be copied, and given to the kernels of the
 * backend that is opened on it, and in no other way reached. Copies and kernels wait for what its
 * groups are at, as a stream would.
 */
public final class FakeGpu implements MemorySpace {
  private final AtomicInteger numCopies = new AtomicInteger();
  private final List<CompletableFuture<Void>> underway = new CopyOnWriteArrayList<>();
  private final OptionalLong freeBytes;

  /** A GPU that does not know how much memory it has. */
  public FakeGpu() {
    this(OptionalLong.empty());
  }

  /** A GPU with so many bytes left. */
  public FakeGpu(OptionalLong freeBytes) {
    this.freeBytes = freeBytes;
  }

  /** Copies between host and device so far. */
  public int numCopies() {
    return numCopies.get();
  }

  @Override
  public OffHeapMemory allocate(long numBytes) {
    return OffHeapMemory.on(slab(OffHeapMemory.allocate(numBytes)), numBytes);
  }

  @Override
  public OffHeapMemory allocateUndefined(long numBytes) {
    return allocate(numBytes);
  }

  @Override
  public OptionalLong freeBytes() {
    return freeBytes;
  }

  /** Something on the stream, behind which everything else waits. */
  void enqueue(CompletableFuture<Void> end) {
    underway.add(end);
  }

  /** The end of everything that is on the stream now. */
  CompletableFuture<Void> end() {
    return CompletableFuture.allOf(underway.toArray(new CompletableFuture<?>[0]));
  }

  private void awaitAll() {
    underway.forEach(CompletableFuture::join);
    underway.removeIf(CompletableFuture::isDone);
  }

  /** The elements of a tensor that lies here, as those of a tensor of the host. */
  static Tensor onHost(Tensor tensor) {
    return OffHeapMemory.of(tensor, tensor.address(), tensor.numBytes())
        .tensor(0, tensor.dtype(), tensor.shape());
  }

  /**
   * The kernels of a backend of the host, on tensors that lie here.
   *
   * @param groups that this GPU can join
   */
  public Backend over(Backend kernels, Optional<DeviceGroups> groups) {
    return (Backend)
        Proxy.newProxyInstance(
            FakeGpu.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "memory", "sharedMemory" -> this;
                  case "deviceGroups" -> groups;
                  case "runPass" -> {
                    ((Runnable) arguments[0]).run();
                    yield null;
                  }
                  default -> run(kernels, method, arguments == null ? new Object[0] : arguments);
                });
  }

  private Object run(Backend kernels, Method method, Object[] arguments) throws Throwable {
    awaitAll();
    try {
      return method.invoke(kernels, Arrays.stream(arguments).map(FakeGpu::argument).toArray());
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static Object argument(Object argument) {
    if (argument instanceof Tensor tensor) {
      return tensor.isOnHost() ? tensor : onHost(tensor);
    }
    return argument instanceof Record values && !(argument instanceof SliceGroup)
        ? argument(values)
        : argument;
  }

  /** A record of tensors, such as a matrix. */
  private static Object argument(Record values) {
    RecordComponent[] components = values.getClass().getRecordComponents();
    try {
      Object[] mapped = new Object[components.length];
      Class<?>[] types = new Class<?>[components.length];
      for (int i = 0; i < components.length; i++) {
        types[i] = components[i].getType();
        mapped[i] = argument(components[i].getAccessor().invoke(values));
      }
      Constructor<?> constructor = values.getClass().getDeclaredConstructor(types);
      return constructor.newInstance(mapped);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * One allocation. It is told addresses by JavaCPP's pointers, which are for the module of the
   * kernels to know.
   */
  private DeviceMemory slab(OffHeapMemory host) {
    return (DeviceMemory)
        Proxy.newProxyInstance(
            FakeGpu.class.getClassLoader(),
            new Class<?>[] {DeviceMemory.class},
            (proxy, method, arguments) -> {
              switch (method.getName()) {
                case "address" -> {
                  return halves(host, 0, 0).address();
                }
                case "copyToHost" -> {
                  long numBytes = (long) arguments[2];
                  copied();
                  at(arguments[1], numBytes).copyFrom(halves(host, (long) arguments[0], numBytes));
                }
                case "copyFromHost" -> {
                  long numBytes = (long) arguments[2];
                  copied();
                  halves(host, (long) arguments[1], numBytes).copyFrom(at(arguments[0], numBytes));
                }
                case "free" -> {
                  awaitAll();
                  host.close();
                }
                default -> throw new IllegalArgumentException(method.toString());
              }
              return null;
            });
  }

  private static Tensor halves(OffHeapMemory memory, long byteOffset, long numBytes) {
    return memory.tensor(byteOffset, DType.BF16, numBytes / 2);
  }

  private static Tensor at(Object pointer, long numBytes) throws ReflectiveOperationException {
    long address = (long) pointer.getClass().getMethod("address").invoke(pointer);
    return halves(OffHeapMemory.of(pointer, address, numBytes), 0, numBytes);
  }

  private void copied() {
    awaitAll();
    numCopies.incrementAndGet();
  }
}
