package dev.kindling.model.backend.cuda;

import static dev.kindling.model.backend.cuda.CudnnStatus.check;

import java.util.List;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A descriptor of cuDNN's backend API: attributes are set, then it is finished, then other
 * descriptors may name it.
 */
final class CudnnDescriptor implements AutoCloseable {
  private final cudnnBackendDescriptor_t handle = new cudnnBackendDescriptor_t();
  private final String description;

  /**
   * An empty one.
   *
   * @param type such as {@code CUDNN_BACKEND_TENSOR_DESCRIPTOR}
   * @param description for messages, such as {@code "a tensor"}
   */
  CudnnDescriptor(int type, String description) {
    this.description = description;
    check(cudnn.cudnnBackendCreateDescriptor(type, handle), "make " + description);
  }

  /**
   * Sets an attribute that is one of an enumeration.
   *
   * @param type of the attribute, such as {@code CUDNN_TYPE_DATA_TYPE}
   */
  CudnnDescriptor setEnum(int attribute, int type, int value) {
    try (IntPointer values = new IntPointer(new int[] {value})) {
      return set(attribute, type, 1, values);
    }
  }

  CudnnDescriptor setLongs(int attribute, long... values) {
    return setLongs(attribute, cudnn.CUDNN_TYPE_INT64, values);
  }

  CudnnDescriptor setFloat(int attribute, float value) {
    try (FloatPointer values = new FloatPointer(new float[] {value})) {
      return set(attribute, cudnn.CUDNN_TYPE_FLOAT, 1, values);
    }
  }

  CudnnDescriptor setDouble(int attribute, double value) {
    try (DoublePointer values = new DoublePointer(new double[] {value})) {
      return set(attribute, cudnn.CUDNN_TYPE_DOUBLE, 1, values);
    }
  }

  CudnnDescriptor setTrue(int attribute) {
    try (BytePointer values = new BytePointer(new byte[] {1})) {
      return set(attribute, cudnn.CUDNN_TYPE_BOOLEAN, 1, values);
    }
  }

  /** Sets an attribute that is a pointer to memory, or several. */
  CudnnDescriptor setAddresses(int attribute, long... addresses) {
    return setLongs(attribute, cudnn.CUDNN_TYPE_VOID_PTR, addresses);
  }

  /** Sets an attribute that is cuDNN's handle. */
  CudnnDescriptor setHandle(int attribute, Pointer cudnnHandle) {
    return setLongs(attribute, cudnn.CUDNN_TYPE_HANDLE, cudnnHandle.address());
  }

  /** Sets an attribute that is a finished descriptor. */
  CudnnDescriptor setDescriptor(int attribute, CudnnDescriptor value) {
    return setDescriptors(attribute, List.of(value));
  }

  /** Sets an attribute that is a list of finished descriptors. */
  CudnnDescriptor setDescriptors(int attribute, List<CudnnDescriptor> values) {
    return setLongs(attribute, cudnn.CUDNN_TYPE_BACKEND_DESCRIPTOR, addresses(values));
  }

  private CudnnDescriptor setLongs(int attribute, int type, long... values) {
    try (LongPointer pointer = new LongPointer(values)) {
      return set(attribute, type, values.length, pointer);
    }
  }

  private CudnnDescriptor set(int attribute, int type, long count, Pointer values) {
    check(
        cudnn.cudnnBackendSetAttribute(handle, attribute, type, count, values),
        "set attribute " + attribute + " of " + description);
    return this;
  }

  /**
   * Says that all attributes are set.
   *
   * @throws IllegalStateException if cuDNN refuses them
   */
  CudnnDescriptor finish() {
    check(cudnn.cudnnBackendFinalize(handle), "finish " + description);
    return this;
  }

  /** Reads an attribute that is one integer of 64 bits. */
  long getLong(int attribute) {
    try (LongPointer value = new LongPointer(1)) {
      get(attribute, cudnn.CUDNN_TYPE_INT64, 1, value);
      return value.get();
    }
  }

  /** How many descriptors an attribute has. */
  int numDescriptors(int attribute) {
    return get(attribute, cudnn.CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, null);
  }

  /**
   * Reads an attribute that is a list of descriptors.
   *
   * @param targets empty ones, which it is read into
   * @return how many of them have been filled
   */
  int getDescriptors(int attribute, List<CudnnDescriptor> targets) {
    try (LongPointer pointer = new LongPointer(addresses(targets))) {
      return get(attribute, cudnn.CUDNN_TYPE_BACKEND_DESCRIPTOR, targets.size(), pointer);
    }
  }

  private int get(int attribute, int type, long count, Pointer values) {
    try (LongPointer found = new LongPointer(1)) {
      check(
          cudnn.cudnnBackendGetAttribute(handle, attribute, type, count, found, values),
          "read attribute " + attribute + " of " + description);
      return Math.toIntExact(found.get());
    }
  }

  private static long[] addresses(List<CudnnDescriptor> descriptors) {
    return descriptors.stream().mapToLong(descriptor -> descriptor.handle.address()).toArray();
  }

  /** For calls of cuDNN that take descriptors. */
  cudnnBackendDescriptor_t handle() {
    return handle;
  }

  @Override
  public void close() {
    cudnn.cudnnBackendDestroyDescriptor(handle);
  }
}
