package dev.kindling.model.backend.onednn;

import java.util.List;
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
   * out = left · right, then (+ bias), (× scale), (+ addends), (+ out). Addresses: left, right,
   * [bias], out, [addends].
   *
   * @param bias its layout, or null
   * @param scale 1 for none
   * @param addends their layouts, broadcast where dims are 1
   */
  record Matmul(
      Layout left,
      Layout right,
      Layout bias,
      Layout out,
      double scale,
      List<Layout> addends,
      boolean accumulate) {
    static Matmul plain(Layout left, Layout right, Layout out, boolean accumulate) {
      return new Matmul(left, right, null, out, 1, List.of(), accumulate);
    }

    /** [B, G, M, 1] · [B, G, 1, N], with neither bias nor addends. */
    boolean isBatchOfOuterProducts() {
      return right.numDims() == 4 && right.dims()[2] == 1 && bias == null && addends.isEmpty();
    }
  }

  /** Softmax or its logarithm over the last dim. Addresses: source, destination; may be equal. */
  record Softmax(Layout source, Layout destination, boolean logarithm) {
    static Softmax inPlace(Layout layout, boolean logarithm) {
      return new Softmax(layout, layout, logarithm);
    }
  }

  /** The gradient of softmax. Addresses: result, its gradient, input gradient; may be equal. */
  record SoftmaxBackward(Layout result, Layout resultGradient, Layout inputGradient) {}

  /** An element-wise function. Addresses: source, destination; may be equal. */
  record Elementwise(Layout layout, int algorithm) {}

  /** The gradient of a function. Addresses: source, gradient of its result, gradient of source. */
  record ElementwiseBackward(Layout layout, int algorithm) {}

  /** left ∘ right, broadcast where right's dims are 1. Addresses: left, right, out. */
  record Binary(Layout left, Layout right, Layout out, int algorithm) {}

  /** A copy that changes type or strides, or a sum of such. Addresses: source, destination. */
  record Reorder(Layout source, Layout destination, boolean accumulate) {
    static Reorder plain(Layout source, Layout destination) {
      return new Reorder(source, destination, false);
    }
  }

  /** Layer norm. Addresses: source, destination, mean, variance, gain, [bias]. */
  record LayerNorm(Layout rows, double epsilon, boolean bias) {
    int flags() {
      return dnnl.dnnl_use_scale | (bias ? dnnl.dnnl_use_shift : 0);
    }

    Layout statistics() {
      return Layout.contiguous(rows.dtype().accumulator(), rows.dims()[0]);
    }

    Layout columns() {
      return Layout.contiguous(rows.dtype().accumulator(), rows.dims()[1]);
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
            if (key.isBatchOfOuterProducts()) {
              return outerProducts(builder, key);
            }
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
            for (Layout addend : key.addends()) {
              builder.thenAdd(builder.describe(addend));
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

  /**
   * As products of elements that are broadcast: oneDNN 3.11 reads the columns of a right side of
   * one row from wrong places where its batch is strided.
   */
  private Primitive outerProducts(PrimitiveBuilder builder, Matmul key) {
    dnnl_memory_desc left = builder.describe(key.left());
    dnnl_memory_desc right = builder.describe(key.right());
    dnnl_memory_desc out = builder.describe(key.out());
    builder
        .argument(dnnl.DNNL_ARG_SRC_0, left)
        .argument(dnnl.DNNL_ARG_SRC_1, right)
        .argument(dnnl.DNNL_ARG_DST, out);
    if (key.scale() != 1) {
      builder.thenScale(key.scale());
    }
    if (key.accumulate()) {
      builder.thenAccumulate();
    }
    dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
    int status =
        dnnl.dnnl_binary_primitive_desc_create(
            descriptor,
            engine.handle(),
            dnnl.dnnl_binary_mul,
            left,
            right,
            out,
            builder.attributes());
    return builder.build(builder.created(status, descriptor, key.toString()));
  }

  Primitive get(Softmax key) {
    return engine.primitive(
        key,
        () -> {
          try (PrimitiveBuilder builder = new PrimitiveBuilder(engine)) {
            dnnl_memory_desc source = builder.describe(key.source());
            dnnl_memory_desc destination = builder.describe(key.destination());
            builder.argument(dnnl.DNNL_ARG_SRC, source).argument(dnnl.DNNL_ARG_DST, destination);
            int algorithm = key.logarithm() ? dnnl.dnnl_softmax_log : dnnl.dnnl_softmax_accurate;
            int axis = key.source().numDims() - 1;
            return builder.build(softmax(builder, source, destination, axis, algorithm));
          }
        });
  }

  Primitive get(SoftmaxBackward key) {
    return engine.primitive(
        key,
        () -> {
          try (PrimitiveBuilder builder = new PrimitiveBuilder(engine)) {
            dnnl_memory_desc result = builder.describe(key.result());
            dnnl_memory_desc resultGradient = builder.describe(key.resultGradient());
            dnnl_memory_desc inputGradient = builder.describe(key.inputGradient());
            builder
                .argument(dnnl.DNNL_ARG_DST, result)
                .argument(dnnl.DNNL_ARG_DIFF_DST, resultGradient)
                .argument(dnnl.DNNL_ARG_DIFF_SRC, inputGradient);
            int algorithm = dnnl.dnnl_softmax_accurate;
            int axis = key.result().numDims() - 1;
            dnnl_primitive_desc forward = softmax(builder, result, result, axis, algorithm);
            dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
            int status =
                dnnl.dnnl_softmax_backward_primitive_desc_create(
                    descriptor,
                    engine.handle(),
                    algorithm,
                    inputGradient,
                    resultGradient,
                    result,
                    axis,
                    forward,
                    builder.attributes());
            return builder.build(builder.created(status, descriptor, key.toString()));
          }
        });
  }

  private dnnl_primitive_desc softmax(
      PrimitiveBuilder builder,
      dnnl_memory_desc source,
      dnnl_memory_desc destination,
      int axis,
      int algorithm) {
    dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
    int status =
        dnnl.dnnl_softmax_forward_primitive_desc_create(
            descriptor,
            engine.handle(),
            dnnl.dnnl_forward_training,
            algorithm,
            source,
            destination,
            axis,
            builder.attributes());
    return builder.created(status, descriptor, "softmax");
  }

  Primitive get(Reorder key) {
    return engine.primitive(
        key,
        () -> {
          try (PrimitiveBuilder builder = new PrimitiveBuilder(engine)) {
            dnnl_memory_desc source = builder.describe(key.source());
            dnnl_memory_desc destination = builder.describe(key.destination());
            builder.argument(dnnl.DNNL_ARG_SRC, source).argument(dnnl.DNNL_ARG_DST, destination);
            if (key.accumulate()) {
              builder.thenAccumulate();
            }
            dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
            int status =
                dnnl.dnnl_reorder_primitive_desc_create(
                    descriptor,
                    source,
                    engine.handle(),
                    destination,
                    engine.handle(),
                    builder.attributes());
            return builder.build(builder.created(status, descriptor, key.toString()));
          }
        });
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
                    alpha(key.algorithm()),
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
            alpha(algorithm),
            0f,
            builder.attributes());
    return builder.created(status, descriptor, "element-wise function " + algorithm);
  }

  /** x · sigmoid(alpha · x) is the one function that is used with a parameter. */
  private static float alpha(int algorithm) {
    return algorithm == dnnl.dnnl_eltwise_swish ? 1f : 0f;
  }

  Primitive get(Binary key) {
    return engine.primitive(
        key,
        () -> {
          try (PrimitiveBuilder builder = new PrimitiveBuilder(engine)) {
            dnnl_memory_desc left = builder.describe(key.left());
            dnnl_memory_desc right = builder.describe(key.right());
            dnnl_memory_desc out = builder.describe(key.out());
            builder
                .argument(dnnl.DNNL_ARG_SRC_0, left)
                .argument(dnnl.DNNL_ARG_SRC_1, right)
                .argument(dnnl.DNNL_ARG_DST, out);
            dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
            int status =
                dnnl.dnnl_binary_primitive_desc_create(
                    descriptor,
                    engine.handle(),
                    key.algorithm(),
                    left,
                    right,
                    out,
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
            dnnl_memory_desc statistics = builder.describe(key.statistics());
            dnnl_memory_desc columns = builder.describe(key.columns());
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
            dnnl_memory_desc statistics = builder.describe(norm.statistics());
            dnnl_memory_desc columns = builder.describe(norm.columns());
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
