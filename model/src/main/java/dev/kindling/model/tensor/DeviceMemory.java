package dev.kindling.model.tensor;

import org.bytedeco.javacpp.Pointer;

/**
 * An allocation that Java's threads cannot reach, such as a GPU's: what they read and write of it
 * is copied. Every copy sees what all kernels before it wrote, and is seen by all kernels after it.
 */
public interface DeviceMemory {
  /** The device's address of the first byte. */
  long address();

  /** Copies bytes from the device into the host's memory, and waits until they are there. */
  void copyToHost(long byteOffset, Pointer host, long numBytes);

  /** Copies bytes from the host's memory, which may be used again at once, to the device. */
  void copyFromHost(Pointer host, long byteOffset, long numBytes);

  /** Frees the memory once no kernel uses it. */
  void free();
}
