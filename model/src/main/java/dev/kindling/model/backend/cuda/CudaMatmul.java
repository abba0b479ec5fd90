package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Scratch;
import dev.kindling.model.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Products of matrices by cuBLASLt, with sums in F32. Each combination of shapes and strides has a
 * {@link MatmulPlan}, which is kept.
 *
 * <p>cuBLASLt stores matrices by columns, so it is given the transposed product: out stored by rows
 * is outᵀ by columns, which is rightᵀ · leftᵀ.
 */
final class CudaMatmul implements AutoCloseable {
  /** As much as cuBLAS recommends for Hopper, where it asks for the most. */
  private static final long WORKSPACE_BYTES = 32L << 20;

  private final CudaEngine engine;
  private final boolean tf32;
  private final cublasLtContext handle = new cublasLtContext();
  private final Scratch workspaceMemory;
  private final Scratch biasMemory;
  private final CudaElementwise elementwise;
  private final Map<MatmulPlan.Key, MatmulPlan> plans = new HashMap<>();
  private final FloatPointer alpha = new FloatPointer(1);
  private final FloatPointer beta = new FloatPointer(1);
  private final DevicePointer leftAddress = new DevicePointer();
  private final DevicePointer rightAddress = new DevicePointer();
  private final DevicePointer outAddress = new DevicePointer();
  private final DevicePointer workspace = new DevicePointer();

  /**
   * Opens cuBLASLt.
   *
   * @param tf32 whether products of F32 matrices read the upper 19 bits only
   */
  CudaMatmul(CudaEngine engine, CudaElementwise elementwise, boolean tf32) {
    this.engine = engine;
    this.elementwise = elementwise;
    this.tf32 = tf32;
    this.workspaceMemory = new Scratch(engine.memory());
    this.biasMemory = new Scratch(engine.memory());
    engine.device().makeCurrent();
    MatmulPlan.check(cublas.cublasLtCreate(handle), "open cuBLASLt");
    workspace.at(workspaceMemory.tensor(DType.F32, WORKSPACE_BYTES / Float.BYTES).address());
  }

  /** What becomes of a product before it is stored. */
  enum Epilogue {
    /** Nothing. */
    NONE(cublas.CUBLASLT_EPILOGUE_DEFAULT, false),
    /** A bias is added. */
    BIAS(cublas.CUBLASLT_EPILOGUE_BIAS, false),
    /** GELU in its tanh form; what it is applied to is stored beside. */
    GELU(cublas.CUBLASLT_EPILOGUE_GELU_AUX, true),
    /** A bias is added, then {@link #GELU}. */
    GELU_BIAS(cublas.CUBLASLT_EPILOGUE_GELU_AUX_BIAS, true),
    /** Multiplied by the derivative of GELU at what was stored beside. */
    GELU_GRADIENT(cublas.CUBLASLT_EPILOGUE_DGELU, true);

    private final int code;
    private final boolean reachesBeside;

    Epilogue(int code, boolean reachesBeside) {
      this.code = code;
      this.reachesBeside = reachesBeside;
    }

    int code() {
      return code;
    }

    boolean hasBias() {
      return this == BIAS || this == GELU_BIAS;
    }

    /** Whether a second matrix of the shape of the result is written or read. */
    boolean reachesBeside() {
      return reachesBeside;
    }
  }

  /** out = left · right (+ bias) (+ out), as the backend's contract says. */
  void multiply(Matrix left, Matrix right, Tensor bias, Matrix out, boolean accumulate) {
    multiply(left, right, 1, bias, out, accumulate);
  }

  /**
   * {@link #multiply(Matrix, Matrix, Tensor, Matrix, boolean)} of a product that is scaled before
   * the bias is added.
   */
  void multiply(
      Matrix left, Matrix right, double scale, Tensor bias, Matrix out, boolean accumulate) {
    if (!isStoredByRows(out)) {
      if (bias != null) {
        throw new IllegalArgumentException(
            "A product with a bias was to be stored by columns, in "
                + out
                + ": expected one by rows");
      }
      multiply(right.transposed(), left.transposed(), scale, null, out.transposed(), accumulate);
      return;
    }
    Epilogue epilogue = bias == null ? Epilogue.NONE : Epilogue.BIAS;
    run(left, right, scale, epilogue, bias, null, out, accumulate);
  }

  /**
   * output = gelu(linear), linear = input · weight + bias, in one pass.
   *
   * @param linear of the shape of {@code output}, written
   */
  void multiplyThroughGelu(Matrix input, Matrix weight, Tensor bias, Tensor linear, Matrix output) {
    Epilogue epilogue = bias == null ? Epilogue.GELU : Epilogue.GELU_BIAS;
    run(input, weight, 1, epilogue, bias, linear, output, false);
  }

  /**
   * out = (left · right) ∘ gelu'(linear).
   *
   * @param linear of the shape of {@code out}
   */
  void multiplyByGeluGradient(Matrix left, Matrix right, Tensor linear, Matrix out) {
    run(left, right, 1, Epilogue.GELU_GRADIENT, null, linear, out, false);
  }

  private void run(
      Matrix left,
      Matrix right,
      double scale,
      Epilogue epilogue,
      Tensor bias,
      Tensor beside,
      Matrix out,
      boolean accumulate) {
    Tensor typedBias = typed(bias, out.tensor().dtype());
    MatmulPlan.Key key =
        new MatmulPlan.Key(
            MatmulPlan.Operand.of(right),
            MatmulPlan.Operand.of(left),
            MatmulPlan.Operand.of(out),
            epilogue,
            accumulate);
    MatmulPlan plan = plans.get(key);
    if (plan == null) {
      plan = new MatmulPlan(handle, key, tf32, WORKSPACE_BYTES);
      plans.put(key, plan);
    }
    GraphRecorder recorder = engine.recorder();
    recorder.add(plan.number());
    recorder.add(Double.doubleToRawLongBits(scale));
    recorder.add(CudaEngine.address(left));
    recorder.add(CudaEngine.address(right));
    recorder.add(CudaEngine.address(out));
    recorder.add(typedBias == null ? 0 : typedBias.address());
    recorder.add(beside == null ? 0 : beside.address());
    if (recorder.isListening()) {
      return;
    }
    engine.device().makeCurrent();
    alpha.put((float) scale);
    beta.put(accumulate ? 1 : 0);
    plan.run(
        typedBias == null ? 0 : typedBias.address(),
        beside == null ? 0 : beside.address(),
        alpha,
        rightAddress.at(CudaEngine.address(right)),
        leftAddress.at(CudaEngine.address(left)),
        beta,
        outAddress.at(CudaEngine.address(out)),
        workspace,
        engine.stream());
  }

  /** cuBLASLt adds biases of the type of the result only. */
  private Tensor typed(Tensor bias, DType dtype) {
    if (bias == null || bias.dtype() == dtype) {
      return bias;
    }
    Tensor rounded = biasMemory.tensor(dtype, bias.numElements());
    elementwise.copy(bias, rounded);
    return rounded;
  }

  static boolean isStoredByRows(Matrix matrix) {
    return matrix.columnStride() == 1 || matrix.numColumns() == 1;
  }

  @Override
  public void close() {
    plans.values().forEach(MatmulPlan::close);
    plans.clear();
    MatmulPlan.check(cublas.cublasLtDestroy(handle), "close cuBLASLt");
    workspaceMemory.close();
    biasMemory.close();
    alpha.close();
    beta.close();
  }
}
