package dev.kindling.model.dl4j;

import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.nn.ParameterStore.Slice;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import java.util.List;
import java.util.function.Predicate;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Flat vectors [P] of DL4J and of the engine: the same bytes. */
public final class FlatParameters {
  private FlatParameters() {}

  /** The first parameters of a network; a function of the seed. */
  public static INDArray initial(NetworkConfig network, long seed) {
    try (ParameterStore store = ParameterStore.allocate(network.layout(), DType.F32)) {
      network.initialize(store, seed);
      return copyOf(store);
    }
  }

  /** A copy of an F32 store. */
  public static INDArray copyOf(ParameterStore store) {
    return copyOf(store, slice -> true);
  }

  /** Copies of some slices of an F32 store, one behind the other. */
  static INDArray copyOf(ParameterStore store, Predicate<Slice> wanted) {
    List<Slice> slices = store.slices().stream().filter(wanted).toList();
    long length = slices.stream().mapToLong(Slice::numElements).sum();
    INDArray vector = Nd4j.createUninitializedDetached(DataType.FLOAT, length);
    FloatPointer target = new FloatPointer(vector.data().pointer());
    long offset = 0;
    for (Slice slice : slices) {
      Tensor tensor = store.tensor(slice);
      Pointer.memcpy(target.getPointer(offset), tensor.pointer(), tensor.numBytes());
      offset += slice.numElements();
    }
    writtenOnHost(vector);
    return vector;
  }

  /**
   * Copies a vector into an F32 store.
   *
   * @throws IllegalArgumentException if it is not a contiguous vector of as many floats
   */
  public static void copy(INDArray vector, ParameterStore store) {
    if (vector.dataType() != DataType.FLOAT
        || vector.length() != store.numParameters()
        || vector.isView()) {
      throw new IllegalArgumentException(
          "A vector of "
              + vector.length()
              + " numbers of type "
              + vector.dataType()
              + " was given: expected "
              + store.numParameters()
              + " of type FLOAT, next to each other");
    }
    readOnHost(vector);
    Pointer.memcpy(store.flat().pointer(), vector.data().pointer(), store.flat().numBytes());
  }

  /**
   * A store over a vector of DL4J's, without a copy: what is written into one is in the other. Of a
   * vector on a GPU it is the host's side; see {@link #readOnHost} and {@link #writtenOnHost}.
   *
   * @param vector contiguous; may be a part of a longer one
   * @throws IllegalArgumentException if it is not of the layout's length, or not of type FLOAT
   */
  public static ParameterStore over(List<ParameterStore.Slice> layout, INDArray vector) {
    if (vector.dataType() != DataType.FLOAT) {
      throw new IllegalArgumentException(
          "A vector of type " + vector.dataType() + " was given: expected FLOAT");
    }
    readOnHost(vector);
    DataBuffer data = vector.data();
    long address = data.pointer().address() + data.offset() * data.getElementSize();
    return ParameterStore.over(
        layout, OffHeapMemory.of(data, address, vector.length() * data.getElementSize()));
  }

  /** Brings to the host's side what a GPU has computed; nothing to do without one. */
  public static void readOnHost(INDArray vector) {
    Nd4j.getAffinityManager().ensureLocation(vector, Location.HOST);
  }

  /** Says that the host's side is the newer one; nothing to do without a GPU. */
  public static void writtenOnHost(INDArray vector) {
    Nd4j.getAffinityManager().tagLocation(vector, Location.HOST);
  }
}
