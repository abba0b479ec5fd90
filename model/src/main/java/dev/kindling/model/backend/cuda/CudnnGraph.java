package dev.kindling.model.backend.cuda;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cudnn;

/**
 * Operations that cuDNN is to run as one kernel, or few. It recognises what it has kernels for by
 * the pattern of operations, their types included, so these are the very ones that NVIDIA's own
 * front end gives it.
 */
final class CudnnGraph implements AutoCloseable {
  /** What cuDNN may take for granted of addresses, in bytes. */
  static final int ALIGNMENT = 16;

  /**
   * A tensor of a graph.
   *
   * @param descriptor of cuDNN
   * @param layout of its elements
   */
  record Node(CudnnDescriptor descriptor, CudnnLayout layout) {}

  private final List<CudnnDescriptor> descriptors = new ArrayList<>();
  private final List<CudnnDescriptor> operations = new ArrayList<>();
  private final List<Long> arguments = new ArrayList<>();
  private long numTensors;

  /**
   * A tensor that is in memory when the graph runs.
   *
   * @param type such as {@code CUDNN_DATA_BFLOAT16}
   */
  Node argument(int type, CudnnLayout layout) {
    CudnnDescriptor descriptor = tensor(type, layout);
    arguments.add(numTensors);
    return new Node(descriptor.finish(), layout);
  }

  /** A number in F32 that is on the host when the graph runs, and is read at once. */
  Node number() {
    CudnnDescriptor descriptor = tensor(cudnn.CUDNN_DATA_FLOAT, CudnnLayout.NUMBER);
    arguments.add(numTensors);
    return new Node(
        descriptor.setTrue(cudnn.CUDNN_ATTR_TENSOR_IS_BY_VALUE).finish(), CudnnLayout.NUMBER);
  }

  /** What one operation hands to others and nobody stores. */
  Node intermediate(int type, CudnnLayout layout) {
    CudnnDescriptor descriptor = tensor(type, layout);
    return new Node(descriptor.setTrue(cudnn.CUDNN_ATTR_TENSOR_IS_VIRTUAL).finish(), layout);
  }

  private CudnnDescriptor tensor(int type, CudnnLayout layout) {
    return make(cudnn.CUDNN_BACKEND_TENSOR_DESCRIPTOR, "a tensor")
        .setEnum(cudnn.CUDNN_ATTR_TENSOR_DATA_TYPE, cudnn.CUDNN_TYPE_DATA_TYPE, type)
        .setLongs(cudnn.CUDNN_ATTR_TENSOR_DIMENSIONS, layout.sizes())
        .setLongs(cudnn.CUDNN_ATTR_TENSOR_STRIDES, layout.strides())
        .setLongs(cudnn.CUDNN_ATTR_TENSOR_UNIQUE_ID, ++numTensors)
        .setLongs(cudnn.CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, ALIGNMENT);
  }

  /** out = left · right, for every sequence and head, with sums in F32. */
  Node multiply(Node left, Node right, Node out) {
    CudnnDescriptor how =
        make(cudnn.CUDNN_BACKEND_MATMUL_DESCRIPTOR, "a product")
            .setEnum(
                cudnn.CUDNN_ATTR_MATMUL_COMP_TYPE,
                cudnn.CUDNN_TYPE_DATA_TYPE,
                cudnn.CUDNN_DATA_FLOAT)
            .setDouble(cudnn.CUDNN_ATTR_MATMUL_PADDING_VALUE, 0)
            .finish();
    operation(cudnn.CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR, "a product")
        .setDescriptor(cudnn.CUDNN_ATTR_OPERATION_MATMUL_ADESC, left.descriptor())
        .setDescriptor(cudnn.CUDNN_ATTR_OPERATION_MATMUL_BDESC, right.descriptor())
        .setDescriptor(cudnn.CUDNN_ATTR_OPERATION_MATMUL_CDESC, out.descriptor())
        .setDescriptor(cudnn.CUDNN_ATTR_OPERATION_MATMUL_DESC, how)
        .finish();
    return out;
  }

  /**
   * An operation on each element.
   *
   * @param mode such as {@code CUDNN_POINTWISE_EXP}
   * @return in F32, with the layout of {@code input}
   */
  Node each(int mode, Node input) {
    Node out = intermediate(cudnn.CUDNN_DATA_FLOAT, input.layout());
    pointwise(pointwise(mode, cudnn.CUDNN_DATA_FLOAT).finish(), input, out).finish();
    return out;
  }

  /**
   * An operation on each two elements.
   *
   * @param mode such as {@code CUDNN_POINTWISE_MUL}
   * @param right of the sizes of {@code left}, or of size 1 where one element is for all
   * @return in F32, with the layout of {@code left}
   */
  Node each(int mode, Node left, Node right) {
    return each(mode, left, right, intermediate(cudnn.CUDNN_DATA_FLOAT, left.layout()));
  }

  /** {@link #each(int, Node, Node)} of any type. */
  Node each(int mode, Node left, Node right, Node out) {
    pointwise(pointwise(mode, cudnn.CUDNN_DATA_FLOAT).finish(), left, out)
        .setDescriptor(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_BDESC, right.descriptor())
        .finish();
    return out;
  }

  /**
   * Keeps the elements of which the row's index is at least the column's: those that a causal mask
   * leaves.
   *
   * @param otherwise what the others become
   */
  Node keepLowerTriangle(Node scores, Node otherwise) {
    Node rows = index(scores, 2);
    Node columns = index(scores, 3);
    Node kept = intermediate(cudnn.CUDNN_DATA_BOOLEAN, scores.layout());
    pointwise(
            pointwise(cudnn.CUDNN_POINTWISE_CMP_GE, cudnn.CUDNN_DATA_BOOLEAN).finish(), rows, kept)
        .setDescriptor(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_BDESC, columns.descriptor())
        .finish();
    Node out = intermediate(cudnn.CUDNN_DATA_FLOAT, scores.layout());
    pointwise(
            pointwise(cudnn.CUDNN_POINTWISE_BINARY_SELECT, cudnn.CUDNN_DATA_FLOAT).finish(),
            scores,
            out)
        .setDescriptor(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_BDESC, otherwise.descriptor())
        .setDescriptor(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_TDESC, kept.descriptor())
        .finish();
    return out;
  }

  private Node index(Node of, int axis) {
    Node out = intermediate(cudnn.CUDNN_DATA_INT32, of.layout());
    CudnnDescriptor how =
        pointwise(cudnn.CUDNN_POINTWISE_GEN_INDEX, cudnn.CUDNN_DATA_FLOAT)
            .setLongs(cudnn.CUDNN_ATTR_POINTWISE_AXIS, axis)
            .finish();
    pointwise(how, of, out).finish();
    return out;
  }

  private CudnnDescriptor pointwise(int mode, int precision) {
    return make(cudnn.CUDNN_BACKEND_POINTWISE_DESCRIPTOR, "an operation on elements")
        .setEnum(cudnn.CUDNN_ATTR_POINTWISE_MODE, cudnn.CUDNN_TYPE_POINTWISE_MODE, mode)
        .setEnum(cudnn.CUDNN_ATTR_POINTWISE_MATH_PREC, cudnn.CUDNN_TYPE_DATA_TYPE, precision);
  }

  private CudnnDescriptor pointwise(CudnnDescriptor how, Node input, Node out) {
    return operation(cudnn.CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR, "an operation on elements")
        .setDescriptor(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, how)
        .setDescriptor(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_XDESC, input.descriptor())
        .setDescriptor(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_YDESC, out.descriptor())
        .setFloat(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_ALPHA1, 1)
        .setFloat(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_ALPHA2, 1);
  }

  /**
   * Reduces the dimensions in which {@code out} has size 1, in F32.
   *
   * @param operator such as {@code CUDNN_REDUCE_TENSOR_ADD}
   */
  Node reduce(int operator, Node input, Node out) {
    CudnnDescriptor how =
        make(cudnn.CUDNN_BACKEND_REDUCTION_DESCRIPTOR, "a reduction")
            .setEnum(
                cudnn.CUDNN_ATTR_REDUCTION_COMP_TYPE,
                cudnn.CUDNN_TYPE_DATA_TYPE,
                cudnn.CUDNN_DATA_FLOAT)
            .setEnum(
                cudnn.CUDNN_ATTR_REDUCTION_OPERATOR,
                cudnn.CUDNN_TYPE_REDUCTION_OPERATOR_TYPE,
                operator)
            .finish();
    operation(cudnn.CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR, "a reduction")
        .setDescriptor(cudnn.CUDNN_ATTR_OPERATION_REDUCTION_DESC, how)
        .setDescriptor(cudnn.CUDNN_ATTR_OPERATION_REDUCTION_XDESC, input.descriptor())
        .setDescriptor(cudnn.CUDNN_ATTR_OPERATION_REDUCTION_YDESC, out.descriptor())
        .finish();
    return out;
  }

  /**
   * The same elements with rows and columns exchanged.
   *
   * @param type of the result
   */
  Node transpose(Node input, int type) {
    Node out = intermediate(type, input.layout().transposed());
    operation(cudnn.CUDNN_BACKEND_OPERATION_RESHAPE_DESCRIPTOR, "a transpose")
        .setDescriptor(cudnn.CUDNN_ATTR_OPERATION_RESHAPE_XDESC, input.descriptor())
        .setDescriptor(cudnn.CUDNN_ATTR_OPERATION_RESHAPE_YDESC, out.descriptor())
        .finish();
    return out;
  }

  /** All operations as one descriptor. */
  CudnnDescriptor finish(cudnnContext handle) {
    return make(cudnn.CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR, "a graph of operations")
        .setDescriptors(cudnn.CUDNN_ATTR_OPERATIONGRAPH_OPS, operations)
        .setHandle(cudnn.CUDNN_ATTR_OPERATIONGRAPH_HANDLE, handle)
        .finish();
  }

  /** What cuDNN knows the arguments and numbers by, in the order in which they were made. */
  long[] argumentIds() {
    return arguments.stream().mapToLong(Long::longValue).toArray();
  }

  /** An empty descriptor that is freed with the graph. */
  CudnnDescriptor make(int type, String description) {
    CudnnDescriptor descriptor = new CudnnDescriptor(type, description);
    descriptors.add(descriptor);
    return descriptor;
  }

  private CudnnDescriptor operation(int type, String description) {
    CudnnDescriptor descriptor = make(type, description);
    operations.add(descriptor);
    return descriptor;
  }

  @Override
  public void close() {
    for (int i = descriptors.size() - 1; i >= 0; i--) {
      descriptors.get(i).close();
    }
    descriptors.clear();
  }
}
