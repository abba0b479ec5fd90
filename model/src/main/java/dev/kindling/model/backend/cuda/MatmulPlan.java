package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.Matrix;
import dev.kindling.model.backend.cuda.CudaMatmul.Epilogue;
import dev.kindling.model.tensor.DType;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulHeuristicResult_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** One product of matrices as cuBLASLt knows it: descriptions and the algorithm it recommends. */
final class MatmulPlan implements AutoCloseable {
  /** What the fastest kernels need; more is not told apart. */
  private static final long MOST_ALIGNMENT = 16;

  /**
   * A matrix by columns, or its transpose.
   *
   * @param dtype F32 or BF16
   * @param numRows of what is stored
   * @param numColumns of what is stored
   * @param stride elements from one stored column to the next
   * @param transposed whether the product takes the transpose of what is stored
   * @param alignment that addresses and strides have, in bytes
   */
  record Operand(
      DType dtype, long numRows, long numColumns, long stride, boolean transposed, long alignment) {
    /** The transpose of a matrix, which is what a matrix by rows is by columns. */
    static Operand of(Matrix matrix) {
      boolean byRows = CudaMatmul.isStoredByRows(matrix);
      if (!byRows && matrix.rowStride() != 1 && matrix.numRows() != 1) {
        throw new IllegalArgumentException(
            matrix
                + " has strides in both directions: expected neighbouring elements in rows or in"
                + " columns");
      }
      DType dtype = matrix.tensor().dtype();
      long rows = byRows ? matrix.numColumns() : matrix.numRows();
      long columns = byRows ? matrix.numRows() : matrix.numColumns();
      // Where there is one column only, its stride says nothing.
      long stride = byRows ? matrix.rowStride() : matrix.columnStride();
      long usable = columns == 1 ? rows : stride;
      long address = matrix.tensor().address() + dtype.bytes() * matrix.offset();
      long alignment =
          Math.min(MOST_ALIGNMENT, Long.lowestOneBit(address | dtype.bytes() * usable));
      return new Operand(dtype, rows, columns, usable, !byRows, alignment);
    }

    private int type() {
      return dtype == DType.BF16 ? cudart.CUDA_R_16BF : cudart.CUDA_R_32F;
    }
  }

  /**
   * What makes two products the same to cuBLASLt.
   *
   * @param first its A
   * @param second its B
   * @param out its C and D
   * @param accumulate whether the result is added to what is there
   */
  record Key(Operand first, Operand second, Operand out, Epilogue epilogue, boolean accumulate) {}

  private static long numPlans;

  private final long number;
  private final cublasLtContext handle;
  private final Key key;
  private final cublasLtMatmulDescOpaque_t operation;
  private final cublasLtMatrixLayoutOpaque_t first;
  private final cublasLtMatrixLayoutOpaque_t second;
  private final cublasLtMatrixLayoutOpaque_t out;
  private final cublasLtMatmulHeuristicResult_t chosen = new cublasLtMatmulHeuristicResult_t(1);
  private final LongPointer pointerValue = new LongPointer(1);
  private final long workspaceBytes;

  /**
   * Asks cuBLASLt for an algorithm.
   *
   * @param tf32 whether products of F32 matrices read the upper 19 bits only
   * @param workspaceBytes that an algorithm may use
   * @throws IllegalStateException if it has none
   */
  MatmulPlan(cublasLtContext handle, Key key, boolean tf32, long workspaceBytes) {
    synchronized (MatmulPlan.class) {
      this.number = ++numPlans;
    }
    this.handle = handle;
    this.key = key;
    this.workspaceBytes = workspaceBytes;
    boolean rounded = tf32 && key.first().dtype() == DType.F32;
    int compute = rounded ? cublas.CUBLAS_COMPUTE_32F_FAST_TF32 : cublas.CUBLAS_COMPUTE_32F;
    this.operation = newOperation(compute);
    setTranspose(cublas.CUBLASLT_MATMUL_DESC_TRANSA, key.first());
    setTranspose(cublas.CUBLASLT_MATMUL_DESC_TRANSB, key.second());
    set(cublas.CUBLASLT_MATMUL_DESC_EPILOGUE, key.epilogue().code());
    if (key.epilogue().hasBias()) {
      set(cublas.CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, key.out().type());
    }
    if (key.epilogue().reachesBeside()) {
      setLong(cublas.CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, key.out().numRows());
    }
    this.first = newLayout(key.first());
    this.second = newLayout(key.second());
    this.out = newLayout(key.out());
    choose();
  }

  private static cublasLtMatmulDescOpaque_t newOperation(int compute) {
    try (PointerPointer<Pointer> created = new PointerPointer<>(1)) {
      check(
          cublas.cublasLtMatmulDescCreate(created, compute, cudart.CUDA_R_32F),
          "describe a product");
      return new cublasLtMatmulDescOpaque_t(created.get(0));
    }
  }

  private static cublasLtMatrixLayoutOpaque_t newLayout(Operand operand) {
    try (PointerPointer<Pointer> created = new PointerPointer<>(1)) {
      check(
          cublas.cublasLtMatrixLayoutCreate(
              created, operand.type(), operand.numRows(), operand.numColumns(), operand.stride()),
          "describe " + operand);
      return new cublasLtMatrixLayoutOpaque_t(created.get(0));
    }
  }

  private void setTranspose(int attribute, Operand operand) {
    set(attribute, operand.transposed() ? cublas.CUBLAS_OP_T : cublas.CUBLAS_OP_N);
  }

  private void set(int attribute, int value) {
    try (IntPointer pointer = new IntPointer(new int[] {value})) {
      check(
          cublas.cublasLtMatmulDescSetAttribute(operation, attribute, pointer, Integer.BYTES),
          "describe a product");
    }
  }

  private void setLong(int attribute, long value) {
    pointerValue.put(value);
    check(
        cublas.cublasLtMatmulDescSetAttribute(operation, attribute, pointerValue, Long.BYTES),
        "describe a product");
  }

  private void choose() {
    try (PointerPointer<Pointer> created = new PointerPointer<>(1);
        IntPointer found = new IntPointer(1)) {
      check(cublas.cublasLtMatmulPreferenceCreate(created), "say what a product may use");
      cublasLtMatmulPreferenceOpaque_t preference =
          new cublasLtMatmulPreferenceOpaque_t(created.get(0));
      prefer(preference, cublas.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, workspaceBytes);
      align(preference, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, key.first());
      align(preference, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, key.second());
      align(preference, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, key.out());
      align(preference, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, key.out());
      // With a null bias, some versions find no algorithm for an epilogue that reads one.
      setPointers(MOST_ALIGNMENT, MOST_ALIGNMENT);
      int status =
          cublas.cublasLtMatmulAlgoGetHeuristic(
              handle, operation, first, second, out, out, preference, 1, chosen, found);
      cublas.cublasLtMatmulPreferenceDestroy(preference);
      check(status, "find an algorithm for " + key);
      if (found.get() == 0) {
        throw new IllegalStateException("cuBLASLt has no algorithm for " + key);
      }
    }
  }

  private static void align(
      cublasLtMatmulPreferenceOpaque_t preference, int attribute, Operand operand) {
    try (IntPointer pointer = new IntPointer(new int[] {(int) operand.alignment()})) {
      check(
          cublas.cublasLtMatmulPreferenceSetAttribute(
              preference, attribute, pointer, Integer.BYTES),
          "say how matrices are aligned");
    }
  }

  private void prefer(cublasLtMatmulPreferenceOpaque_t preference, int attribute, long value) {
    pointerValue.put(value);
    check(
        cublas.cublasLtMatmulPreferenceSetAttribute(
            preference, attribute, pointerValue, Long.BYTES),
        "say what a product may use");
  }

  private void setPointers(long bias, long beside) {
    if (key.epilogue().hasBias()) {
      setLong(cublas.CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
    }
    if (key.epilogue().reachesBeside()) {
      setLong(cublas.CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, beside);
    }
  }

  /** Tells this plan from all others of the process. */
  long number() {
    return number;
  }

  /**
   * Starts the product.
   *
   * @param bias address of the bias, where the epilogue has one
   * @param beside address of what the epilogue stores or reads beside
   */
  void run(
      long bias,
      long beside,
      FloatPointer alpha,
      Pointer firstAddress,
      Pointer secondAddress,
      FloatPointer beta,
      Pointer outAddress,
      Pointer workspace,
      CUstream_st stream) {
    setPointers(bias, beside);
    check(
        cublas.cublasLtMatmul(
            handle,
            operation,
            alpha,
            firstAddress,
            first,
            secondAddress,
            second,
            beta,
            outAddress,
            out,
            outAddress,
            out,
            chosen.algo(),
            workspace,
            workspaceBytes,
            stream),
        "start the product " + key);
  }

  /**
   * Lets success pass.
   *
   * @throws IllegalStateException for any other status
   */
  static void check(int status, String what) {
    if (status != cublas.CUBLAS_STATUS_SUCCESS) {
      throw new IllegalStateException(
          "cuBLASLt could not " + what + ": " + cublas.cublasLtGetStatusName(status).getString());
    }
  }

  @Override
  public void close() {
    cublas.cublasLtMatmulDescDestroy(operation);
    cublas.cublasLtMatrixLayoutDestroy(first);
    cublas.cublasLtMatrixLayoutDestroy(second);
    cublas.cublasLtMatrixLayoutDestroy(out);
    chosen.close();
    pointerValue.close();
  }
}
