package dev.kindling.model.backend.onednn;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;

/**
 * The kinds of oneDNN primitives that the kernels use. Each record is the key of one compiled
 * primitive and knows how to build it; the comment of each gives the order of its addresses.
 */
final class Primitives {
  private final OneDnnEngine engine;

  Primitives(OneDnnEngine engine) {
    this.engine = engine;
  }

  /**
   * out = left · right, then (+ bias), (× scale), (+ addend), (+ out). Addresses: left, right,
   * [bias], out, [addend].
   *
   * @param bias its layout, or null
   * @param scale 1 for none
   * @param addend its layout, or null
   */
  record Matmul(
      Layout left,
      Layout right,
      Layout bias,
      Layout out,
      double scale,
      Layout addend,
      boolean accumulate) {
    static Matmul plain(Layout left, Layout right, Layout out, boolean accumulate) {
      return new Matmul(left, right, null, out, 1, null, accumulate);
    }
  }

  /** Softmax or its logarithm over the last dim. Addresses: source, destination; may be equal. */
  record Softmax(Layout layout, boolean logarithm) {}

  /** The gradient of softmax. Addresses: result, its gradient, input gradient; may be equal. */
  record SoftmaxBackward(Layout layout) {}

  /** An element-wise function. Addresses: source, destination; may be equal. */
  record Elementwise(Layout layout, int algorithm) {}

  /** The gradient of a function. Addresses: source, gradient of its result, gradient of source. */
  record ElementwiseBackward(Layout layout, int algorithm) {}

  /** left ∘ right, broadcast where right's dims are 1. Addresses: left, right, out. */
  record Binary(Layout left, Layout right, int algorithm) {}

  /** Layer norm. Addresses: source, destination, mean, variance, gain, [bias]. */
  record LayerNorm(long numRows, long numColumns, double epsilon, boolean bias) {
    int flags() {
      return dnnl.dnnl_use_scale | (bias ? dnnl.dnnl_use_shift : 0);
    }

    Layout rows() {
      return Layout.contiguous(numRows, numColumns);
    }
  }

  /**
   * The gradients of layer norm. Addresses: source, gradient of destination, mean, variance, gain,
   * gradient of source, gradient of gain, [gradient of bias].
   */
  record LayerNormBackward(LayerNorm forward) {}

  Primitive get(Matmul key) {
    return engine.primitive(
        key,
        () -> {
          try (PrimitiveBuilder builder = new PrimitiveBuilder(engine)) {
            dnnl_memory_desc left = builder.describe(key.left());
            dnnl_memory_desc right = builder.describe(key.right());
            dnnl_memory_desc bias = key.bias() == null ? null : builder.describe(key.bias());
            dnnl_memory_desc out = builder.describe(key.out());
            builder.argument(dnnl.DNNL_ARG_SRC, left).argument(dnnl.DNNL_ARG_WEIGHTS, right);
            if (bias != null) {
              builder.argument(dnnl.DNNL_ARG_BIAS, bias);
            }
            builder.argument(dnnl.DNNL_ARG_DST, out);
            if (key.scale() != 1) {
              builder.thenScale(key.scale());
            }
            if (key.addend() != null) {
              builder.thenAdd(builder.describe(key.addend()));
            }
            if (key.accumulate()) {
              builder.thenAccumulate();
            }
            dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
            int status =
                dnnl.dnnl_matmul_primitive_desc_create(
                    descriptor, engine.handle(), left, right, bias, out, builder.attributes());
            return builder.build(builder.created(status, descriptor, key.toString()));
          }
        });
  }

  Primitive get(Softmax key) {
    return engine.primitive(
        key,
        () -> {
          try (PrimitiveBuilder builder = new PrimitiveBuilder(engine)) {
            dnnl_memory_desc layout = builder.describe(key.layout());
            builder.argument(dnnl.DNNL_ARG_SRC, layout).argument(dnnl.DNNL_ARG_DST, layout);
            int algorithm = key.logarithm() ? dnnl.dnnl_softmax_log : dnnl.dnnl_softmax_accurate;
            return builder.build(softmax(builder, layout, key.layout(), algorithm));
          }
        });
  }

  Primitive get(SoftmaxBackward key) {
    return engine.primitive(
        key,
        () -> {
          try (PrimitiveBuilder builder = new PrimitiveBuilder(engine)) {
            dnnl_memory_desc layout = builder.describe(key.layout());
            builder
                .argument(dnnl.DNNL_ARG_DST, layout)
                .argument(dnnl.DNNL_ARG_DIFF_DST, layout)
                .argument(dnnl.DNNL_ARG_DIFF_SRC, layout);
            int algorithm = dnnl.dnnl_softmax_accurate;
            dnnl_primitive_desc forward = softmax(builder, layout, key.layout(), algorithm);
            dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
            int status =
                dnnl.dnnl_softmax_backward_primitive_desc_create(
                    descriptor,
                    engine.handle(),
                    algorithm,
                    layout,
                    layout,
                    layout,
                    key.layout().numDims() - 1,
                    forward,
                    builder.attributes());
            return builder.build(builder.created(status, descriptor, key.toString()));
          }
        });
  }

  private dnnl_primitive_desc softmax(
      PrimitiveBuilder builder, dnnl_memory_desc memory, Layout layout, int algorithm) {
    dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
    int status =
        dnnl.dnnl_softmax_forward_primitive_desc_create(
            descriptor,
            engine.handle(),
            dnnl.dnnl_forward_training,
            algorithm,
            memory,
            memory,
            layout.numDims() - 1,
            builder.attributes());
    return builder.created(status, descriptor, "softmax of " + layout);
  }

  Primitive get(Elementwise key) {
    return engine.primitive(
        key,
        () -> {
          try (PrimitiveBuilder builder = new PrimitiveBuilder(engine)) {
            dnnl_memory_desc layout = builder.describe(key.layout());
            builder.argument(dnnl.DNNL_ARG_SRC, layout).argument(dnnl.DNNL_ARG_DST, layout);
            return builder.build(elementwise(builder, layout, key.algorithm()));
          }
        });
  }

  Primitive get(ElementwiseBackward key) {
    return engine.primitive(
        key,
        () -> {
          try (PrimitiveBuilder builder = new PrimitiveBuilder(engine)) {
            dnnl_memory_desc layout = builder.describe(key.layout());
            builder
                .argument(dnnl.DNNL_ARG_SRC, layout)
                .argument(dnnl.DNNL_ARG_DIFF_DST, layout)
                .argument(dnnl.DNNL_ARG_DIFF_SRC, layout);
            dnnl_primitive_desc forward = elementwise(builder, layout, key.algorithm());
            dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
            int status =
                dnnl.dnnl_eltwise_backward_primitive_desc_create(
                    descriptor,
                    engine.handle(),
                    key.algorithm(),
                    layout,
                    layout,
                    layout,
                    0f,
                    0f,
                    forward,
                    builder.attributes());
            return builder.build(builder.created(status, descriptor, key.toString()));
          }
        });
  }

  private dnnl_primitive_desc elementwise(
      PrimitiveBuilder builder, dnnl_memory_desc layout, int algorithm) {
    dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
    int status =
        dnnl.dnnl_eltwise_forward_primitive_desc_create(
            descriptor,
            engine.handle(),
            dnnl.dnnl_forward_training,
            algorithm,
            layout,
            layout,
            0f,
            0f,
            builder.attributes());
    return builder.created(status, descriptor, "element-wise function " + algorithm);
  }

  Primitive get(Binary key) {
    return engine.primitive(
        key,
        () -> {
          try (PrimitiveBuilder builder = new PrimitiveBuilder(engine)) {
            dnnl_memory_desc left = builder.describe(key.left());
            dnnl_memory_desc right = builder.describe(key.right());
            builder
                .argument(dnnl.DNNL_ARG_SRC_0, left)
                .argument(dnnl.DNNL_ARG_SRC_1, right)
                .argument(dnnl.DNNL_ARG_DST, left);
            dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
            int status =
                dnnl.dnnl_binary_primitive_desc_create(
                    descriptor,
                    engine.handle(),
                    key.algorithm(),
                    left,
                    right,
                    left,
                    builder.attributes());
            return builder.build(builder.created(status, descriptor, key.toString()));
          }
        });
  }

  Primitive get(LayerNorm key) {
    return engine.primitive(
        key,
        () -> {
          try (PrimitiveBuilder builder = new PrimitiveBuilder(engine)) {
            dnnl_memory_desc rows = builder.describe(key.rows());
            dnnl_memory_desc statistics = builder.describe(Layout.contiguous(key.numRows()));
            dnnl_memory_desc columns = builder.describe(Layout.contiguous(key.numColumns()));
            builder
                .argument(dnnl.DNNL_ARG_SRC, rows)
                .argument(dnnl.DNNL_ARG_DST, rows)
                .argument(dnnl.DNNL_ARG_MEAN, statistics)
                .argument(dnnl.DNNL_ARG_VARIANCE, statistics)
                .argument(dnnl.DNNL_ARG_SCALE, columns);
            if (key.bias()) {
              builder.argument(dnnl.DNNL_ARG_SHIFT, columns);
            }
            return builder.build(layerNorm(builder, key, rows, statistics, builder.attributes()));
          }
        });
  }

  Primitive get(LayerNormBackward key) {
    return engine.primitive(
        key,
        () -> {
          try (PrimitiveBuilder builder = new PrimitiveBuilder(engine)) {
            LayerNorm norm = key.forward();
            dnnl_memory_desc rows = builder.describe(norm.rows());
            dnnl_memory_desc statistics = builder.describe(Layout.contiguous(norm.numRows()));
            dnnl_memory_desc columns = builder.describe(Layout.contiguous(norm.numColumns()));
            builder
                .argument(dnnl.DNNL_ARG_SRC, rows)
                .argument(dnnl.DNNL_ARG_DIFF_DST, rows)
                .argument(dnnl.DNNL_ARG_MEAN, statistics)
                .argument(dnnl.DNNL_ARG_VARIANCE, statistics)
                .argument(dnnl.DNNL_ARG_SCALE, columns)
                .argument(dnnl.DNNL_ARG_DIFF_SRC, rows)
                .argument(dnnl.DNNL_ARG_DIFF_SCALE, columns);
            if (norm.bias()) {
              builder.argument(dnnl.DNNL_ARG_DIFF_SHIFT, columns);
            }
            dnnl_primitive_attr attributes = builder.attributes();
            dnnl_primitive_desc forward = layerNorm(builder, norm, rows, statistics, attributes);
            dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
            int status =
                dnnl.dnnl_layer_normalization_backward_primitive_desc_create(
                    descriptor,
                    engine.handle(),
                    dnnl.dnnl_backward,
                    rows,
                    rows,
                    rows,
                    statistics,
                    (float) norm.epsilon(),
                    norm.flags(),
                    forward,
                    attributes);
            return builder.build(builder.created(status, descriptor, key.toString()));
          }
        });
  }

  private dnnl_primitive_desc layerNorm(
      PrimitiveBuilder builder,
      LayerNorm key,
      dnnl_memory_desc rows,
      dnnl_memory_desc statistics,
      dnnl_primitive_attr attributes) {
    dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
    int status =
        dnnl.dnnl_layer_normalization_forward_primitive_desc_create(
            descriptor,
            engine.handle(),
            dnnl.dnnl_forward_training,
            rows,
            rows,
            statistics,
            (float) key.epsilon(),
            key.flags(),
            attributes);
    return builder.created(status, descriptor, key.toString());
  }
}
