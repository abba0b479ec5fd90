package dev.kindling.model.backend.onednn;

import dev.kindling.model.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;

/**
 * Collects descriptors and arguments of one primitive, builds it, and frees what only building
 * needs. Arguments are executed in the order of {@link #argument}.
 */
final class PrimitiveBuilder implements AutoCloseable {
  private final OneDnnEngine engine;
  private final List<dnnl_memory_desc> descriptors = new ArrayList<>();
  private final List<dnnl_primitive_desc> primitiveDescriptors = new ArrayList<>();
  private final List<Integer> argumentIds = new ArrayList<>();
  private final List<dnnl_memory> memories = new ArrayList<>();
  private final dnnl_post_ops postOps = new dnnl_post_ops();
  private final dnnl_primitive_attr attributes = new dnnl_primitive_attr();
  private int numPostOps;

  PrimitiveBuilder(OneDnnEngine engine) {
    this.engine = engine;
    check(dnnl.dnnl_post_ops_create(postOps), "create post-operations");
    check(dnnl.dnnl_primitive_attr_create(attributes), "create attributes");
    // Same input, same bits: some kernels have faster variants whose sums depend on timing.
    check(dnnl.dnnl_primitive_attr_set_deterministic(attributes, 1), "ask for determinism");
  }

  /** Describes memory. */
  dnnl_memory_desc describe(Layout layout) {
    dnnl_memory_desc descriptor = new dnnl_memory_desc();
    check(
        dnnl.dnnl_memory_desc_create_with_strides(
            descriptor,
            layout.numDims(),
            layout.dims(),
            dataType(layout.dtype()),
            layout.strides()),
        "describe memory " + layout);
    descriptors.add(descriptor);
    return descriptor;
  }

  static int dataType(DType dtype) {
    return switch (dtype) {
      case F64 -> dnnl.dnnl_f64;
      case F32 -> dnnl.dnnl_f32;
      case BF16 -> dnnl.dnnl_bf16;
      case I32 -> dnnl.dnnl_s32;
    };
  }

  /** Declares the next argument. */
  PrimitiveBuilder argument(int argumentId, dnnl_memory_desc descriptor) {
    dnnl_memory memory = new dnnl_memory();
    check(
        dnnl.dnnl_memory_create(memory, descriptor, engine.handle(), null),
        "create a memory object");
    argumentIds.add(argumentId);
    memories.add(memory);
    return this;
  }

  /** result += what was there. */
  PrimitiveBuilder thenAccumulate() {
    check(dnnl.dnnl_post_ops_append_sum(postOps, 1f, 0, dnnl.dnnl_data_type_undef), "append sum");
    numPostOps++;
    return this;
  }

  /** result *= factor. */
  PrimitiveBuilder thenScale(double factor) {
    check(
        dnnl.dnnl_post_ops_append_eltwise(postOps, dnnl.dnnl_eltwise_linear, (float) factor, 0f),
        "append a scale");
    numPostOps++;
    return this;
  }

  /** result += an argument, broadcast where its dims are 1; declares that argument. */
  PrimitiveBuilder thenAdd(dnnl_memory_desc addend) {
    check(
        dnnl.dnnl_post_ops_append_binary(postOps, dnnl.dnnl_binary_add, addend),
        "append an addition");
    argument(
        dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (numPostOps + 1) | dnnl.DNNL_ARG_SRC_1, addend);
    numPostOps++;
    return this;
  }

  /** The attributes with the post-operations so far. */
  dnnl_primitive_attr attributes() {
    check(dnnl.dnnl_primitive_attr_set_post_ops(attributes, postOps), "set post-operations");
    return attributes;
  }

  /** Registers a descriptor that was just created, for {@link #close}. */
  dnnl_primitive_desc created(int status, dnnl_primitive_desc descriptor, String what) {
    check(status, "describe " + what);
    primitiveDescriptors.add(descriptor);
    return descriptor;
  }

  /** Compiles the primitive. */
  Primitive build(dnnl_primitive_desc descriptor) {
    dnnl_primitive primitive = new dnnl_primitive();
    check(dnnl.dnnl_primitive_create(primitive, descriptor), "create a primitive");
    return new Primitive(
        engine,
        primitive,
        argumentIds.stream().mapToInt(Integer::intValue).toArray(),
        memories.toArray(new dnnl_memory[0]));
  }

  private static void check(int status, String action) {
    OneDnnEngine.check(status, action);
  }

  @Override
  public void close() {
    primitiveDescriptors.forEach(
        descriptor -> check(dnnl.dnnl_primitive_desc_destroy(descriptor), "free a descriptor"));
    descriptors.forEach(
        descriptor -> check(dnnl.dnnl_memory_desc_destroy(descriptor), "free a descriptor"));
    check(dnnl.dnnl_post_ops_destroy(postOps), "free post-operations");
    check(dnnl.dnnl_primitive_attr_destroy(attributes), "free attributes");
  }
}
