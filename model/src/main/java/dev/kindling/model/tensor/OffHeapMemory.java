package dev.kindling.model.tensor;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * One allocation outside the Java heap, aligned to 64 bytes (a cache line, and the width of the
 * widest vector register), freed by {@link #close()}. It lies in the memory of the host or of a
 * {@link DeviceMemory device}.
 *
 * <p>JavaCPP counts the host's against {@link #LIMIT} and throws {@link OutOfMemoryError} past that
 * limit.
 */
public final class OffHeapMemory implements AutoCloseable {
  /**
   * The property of Java with the most bytes that a process may allocate, such as {@code 8g}; 0 for
   * no limit. Where it is not set, it is the most that the Java heap may grow to.
   */
  public static final String LIMIT = "org.bytedeco.javacpp.maxbytes";

  static final int ALIGNMENT = 64;

  private final long numBytes;
  private final long address;

  /** Ours, or null where somebody else allocated. */
  private final BytePointer allocation;

  /** Where it lies on a device; null on the host. */
  private final DeviceMemory device;

  /** Keeps the memory from being freed as long as it is open. */
  private Object owner;

  private OffHeapMemory(long numBytes) {
    this.numBytes = numBytes;
    this.allocation = new BytePointer(numBytes + ALIGNMENT);
    this.device = null;
    this.owner = allocation;
    long unaligned = allocation.address();
    this.address = (unaligned + ALIGNMENT - 1) & -ALIGNMENT;
  }

  private OffHeapMemory(Object owner, DeviceMemory device, long address, long numBytes) {
    this.numBytes = numBytes;
    this.allocation = null;
    this.device = device;
    this.owner = owner;
    this.address = address;
  }

  /**
   * Memory that another library has allocated, and frees: tensors over it are views without a copy.
   *
   * @param owner is kept from being collected until this is closed
   * @param address of the first byte
   */
  public static OffHeapMemory of(Object owner, long address, long numBytes) {
    return new OffHeapMemory(owner, null, address, numBytes);
  }

  /**
   * Memory of a device, which is freed when this is closed.
   *
   * @param numBytes all of it
   */
  public static OffHeapMemory on(DeviceMemory device, long numBytes) {
    return new OffHeapMemory(device, device, device.address(), numBytes);
  }

  /**
   * Allocates bytes of zero.
   *
   * @throws IllegalArgumentException if {@code numBytes} is negative
   */
  public static OffHeapMemory allocate(long numBytes) {
    OffHeapMemory memory = allocateUndefined(numBytes);
    Pointer.memset(memory.allocation, 0, numBytes + ALIGNMENT);
    return memory;
  }

  /**
   * Allocates bytes of undefined content, which take no physical memory until they are written.
   *
   * @throws IllegalArgumentException if {@code numBytes} is negative
   */
  public static OffHeapMemory allocateUndefined(long numBytes) {
    if (numBytes < 0) {
      throw new IllegalArgumentException(
          "Asked for " + numBytes + " bytes off the heap: the number must not be negative");
    }
    return new OffHeapMemory(numBytes);
  }

  /** Allocates the memory of one tensor; closing it invalidates the tensor. */
  public static OffHeapMemory allocate(DType dtype, long... shape) {
    return allocate(Math.multiplyExact(Tensor.numElements(shape), (long) dtype.bytes()));
  }

  /** Bytes that all tensors, kernels and copies of this JVM hold in the host's memory now. */
  public static long totalBytes() {
    return Pointer.totalBytes();
  }

  /** A view of {@code shape} whose first element lies {@code byteOffset} bytes in. */
  public Tensor tensor(long byteOffset, DType dtype, long... shape) {
    return new Tensor(this, byteOffset, dtype, shape);
  }

  /** Usable bytes. */
  public long numBytes() {
    return numBytes;
  }

  /**
   * The address of the first byte.
   *
   * @throws IllegalStateException after {@link #close()}
   */
  long address() {
    requireOpen();
    return address;
  }

  private void requireOpen() {
    if (owner == null) {
      throw new IllegalStateException(
          "This tensor's off-heap memory is closed: keep its trainer, model or arena open");
    }
  }

  /** Whether it lies in the memory of the host. */
  boolean isOnHost() {
    return device == null;
  }

  /**
   * Where it lies on a device; null on the host.
   *
   * @throws IllegalStateException after {@link #close()}
   */
  DeviceMemory device() {
    requireOpen();
    return device;
  }

  @Override
  public void close() {
    if (owner != null && allocation != null) {
      allocation.close();
    }
    if (owner != null && device != null) {
      device.free();
    }
    owner = null;
  }
}
