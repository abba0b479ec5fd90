package dev.kindling.benchmarks.limit;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;

/**
 * out[n, n] = left[n, n] · right[n, n], row-major, straight through oneDNN and nothing of Kindling;
 * {@code out} is FP32. The number of threads is OpenMP's: {@code OMP_NUM_THREADS}.
 */
final class OneDnnMatmul implements AutoCloseable {
  private static final int NUM_ARGUMENTS = 3;

  private final int size;
  private final dnnl_engine engine = new dnnl_engine();
  private final dnnl_stream stream = new dnnl_stream();
  private final dnnl_primitive primitive = new dnnl_primitive();
  private final dnnl_memory[] memories = new dnnl_memory[NUM_ARGUMENTS];
  private final BytePointer[] buffers = new BytePointer[NUM_ARGUMENTS];
  private final dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(NUM_ARGUMENTS);

  OneDnnMatmul(int size, Precision precision) {
    this.size = size;
    check(dnnl.dnnl_engine_create(engine, dnnl.dnnl_cpu, 0), "create the CPU engine");
    check(
        dnnl.dnnl_stream_create(stream, engine, dnnl.dnnl_stream_default_flags), "create a stream");
    dnnl_memory_desc operand = describe(precision);
    dnnl_memory_desc out = describe(Precision.FP32);
    create(operand, out);
    allocate(0, dnnl.DNNL_ARG_SRC, operand, precision);
    allocate(1, dnnl.DNNL_ARG_WEIGHTS, operand, precision);
    allocate(2, dnnl.DNNL_ARG_DST, out, Precision.FP32);
    arguments.position(0);
    check(dnnl.dnnl_memory_desc_destroy(operand), "free a descriptor");
    check(dnnl.dnnl_memory_desc_destroy(out), "free a descriptor");
  }

  private dnnl_memory_desc describe(Precision precision) {
    int type =
        switch (precision) {
          case FP32 -> dnnl.dnnl_f32;
          case BF16 -> dnnl.dnnl_bf16;
        };
    dnnl_memory_desc descriptor = new dnnl_memory_desc();
    check(
        dnnl.dnnl_memory_desc_create_with_strides(
            descriptor, 2, new long[] {size, size}, type, new long[] {size, 1}),
        "describe a matrix");
    return descriptor;
  }

  private void create(dnnl_memory_desc operand, dnnl_memory_desc out) {
    dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
    check(
        dnnl.dnnl_matmul_primitive_desc_create(
            descriptor, engine, operand, operand, null, out, null),
        "describe a matmul");
    check(dnnl.dnnl_primitive_create(primitive, descriptor), "create a matmul");
    check(dnnl.dnnl_primitive_desc_destroy(descriptor), "free a descriptor");
  }

  private void allocate(int index, int argument, dnnl_memory_desc layout, Precision precision) {
    long numElements = (long) size * size;
    BytePointer buffer = new BytePointer(numElements * bytesOf(precision));
    for (long i = 0; i < numElements; i++) {
      put(buffer, i, precision);
    }
    buffers[index] = buffer;
    memories[index] = new dnnl_memory();
    check(dnnl.dnnl_memory_create(memories[index], layout, engine, buffer), "create a memory");
    arguments.position(index).arg(argument).memory(memories[index]);
  }

  private static int bytesOf(Precision precision) {
    return switch (precision) {
      case FP32 -> Float.BYTES;
      case BF16 -> Short.BYTES;
    };
  }

  /** From 0.5 to 1: zeros take less power, so a processor runs faster on them than on any model. */
  private static void put(BytePointer buffer, long index, Precision precision) {
    long mixed = (index * 0x9E3779B97F4A7C15L) >>> 48;
    float value = 0.5f + mixed / (float) (1 << 17);
    switch (precision) {
      case FP32 -> buffer.putFloat(index * Float.BYTES, value);
      case BF16 ->
          buffer.putShort(
              index * Short.BYTES, (short) (Float.floatToRawIntBits(value) >>> Short.SIZE));
    }
  }

  /** Multiplies, and returns when it is done. */
  void execute() {
    check(dnnl.dnnl_primitive_execute(primitive, stream, NUM_ARGUMENTS, arguments), "run a matmul");
    check(dnnl.dnnl_stream_wait(stream), "wait");
  }

  /** One element of the product. */
  float get(int row, int column) {
    return buffers[2].getFloat(((long) row * size + column) * Float.BYTES);
  }

  /** One element of the operands, which are alike. */
  float operand(int row, int column, Precision precision) {
    long index = (long) row * size + column;
    return switch (precision) {
      case FP32 -> buffers[0].getFloat(index * Float.BYTES);
      case BF16 -> Float.intBitsToFloat(buffers[0].getShort(index * Short.BYTES) << Short.SIZE);
    };
  }

  private static void check(int status, String action) {
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException("oneDNN could not " + action + ": status " + status);
    }
  }

  @Override
  public void close() {
    check(dnnl.dnnl_primitive_destroy(primitive), "free a matmul");
    for (int i = 0; i < NUM_ARGUMENTS; i++) {
      check(dnnl.dnnl_memory_destroy(memories[i]), "free a memory");
      buffers[i].close();
    }
    check(dnnl.dnnl_stream_destroy(stream), "free the stream");
    check(dnnl.dnnl_engine_destroy(engine), "free the engine");
    arguments.close();
  }
}
