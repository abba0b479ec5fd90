package dev.kindling.model.tensor;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Memory of the host that says it is a device's, so that it can be copied and in no other way
 * reached from Java.
 */
final class FakeDevice implements DeviceMemory {
  private final OffHeapMemory host;
  private int numCopies;

  private FakeDevice(OffHeapMemory host) {
    this.host = host;
  }

  static FakeDevice ofBytes(long numBytes) {
    return new FakeDevice(OffHeapMemory.allocate(numBytes));
  }

  OffHeapMemory memory() {
    return OffHeapMemory.on(this, host.numBytes());
  }

  int numCopies() {
    return numCopies;
  }

  @Override
  public long address() {
    return host.address();
  }

  private Pointer at(long byteOffset) {
    return new BytePointer(host.tensor(0, DType.BF16, 0).pointer()).getPointer(byteOffset);
  }

  @Override
  public void copyToHost(long byteOffset, Pointer to, long numBytes) {
    numCopies++;
    Pointer.memcpy(to, at(byteOffset), numBytes);
  }

  @Override
  public void copyFromHost(Pointer from, long byteOffset, long numBytes) {
    numCopies++;
    Pointer.memcpy(at(byteOffset), from, numBytes);
  }

  @Override
  public void free() {
    host.close();
  }
}
