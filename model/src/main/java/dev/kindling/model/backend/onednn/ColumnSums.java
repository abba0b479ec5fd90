package dev.kindling.model.backend.onednn;

import dev.kindling.model.backend.Matrix;
import dev.kindling.model.backend.onednn.Primitives.Matmul;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import java.util.EnumMap;
import java.util.Map;

/** Sums over the rows of a matrix, as a product with a row of ones. */
final class ColumnSums implements AutoCloseable {
  private final Primitives primitives;
  private final Map<DType, OffHeapMemory> ones = new EnumMap<>(DType.class);

  ColumnSums(Primitives primitives) {
    this.primitives = primitives;
  }

  /** sums[j] += the sum over i of matrix[i, j]; sums are F32. */
  void addTo(Matrix matrix, Tensor sums) {
    DType dtype = matrix.tensor().dtype();
    Layout row = Layout.contiguous(dtype, 1, matrix.numRows());
    Layout out = Layout.contiguous(sums.dtype(), 1, sums.numElements());
    primitives
        .get(Matmul.plain(row, Layout.of(matrix), out, true))
        .execute(
            ones(dtype, matrix.numRows()).address(), OneDnnBackend.address(matrix), sums.address());
  }

  private Tensor ones(DType dtype, long count) {
    OffHeapMemory memory = ones.get(dtype);
    if (memory == null || memory.numBytes() < count * dtype.bytes()) {
      if (memory != null) {
        memory.close();
      }
      memory = OffHeapMemory.allocate(dtype, count);
      ones.put(dtype, memory);
      Tensor tensor = memory.tensor(0, dtype, count);
      float[] one = {1f};
      HostFloats copies = new HostFloats(1);
      for (long i = 0; i < count; i++) {
        copies.write(tensor, i, one, 1);
      }
    }
    return memory.tensor(0, dtype, count);
  }

  @Override
  public void close() {
    ones.values().forEach(OffHeapMemory::close);
    ones.clear();
  }
}
