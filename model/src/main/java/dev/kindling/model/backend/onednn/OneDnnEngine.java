package dev.kindling.model.backend.onednn;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;

/** oneDNN's CPU engine with one stream, and the primitives that were built so far, by key. */
final class OneDnnEngine implements AutoCloseable {
  /** A training step needs some dozens; scoring documents of all lengths would need any number. */
  private static final int MOST_PRIMITIVES = 1024;

  private final OneDnnThreads threads;
  private final dnnl_engine engine = new dnnl_engine();
  private final dnnl_stream stream = new dnnl_stream();
  private final Map<Object, Primitive> primitives = new LinkedHashMap<>(64, 0.75f, true);

  OneDnnEngine(int numThreads) {
    threads = new OneDnnThreads(numThreads);
    threads.bind();
    check(dnnl.dnnl_engine_create(engine, dnnl.dnnl_cpu, 0), "create the CPU engine");
    check(
        dnnl.dnnl_stream_create(stream, engine, dnnl.dnnl_stream_default_flags), "create a stream");
  }

  dnnl_engine handle() {
    return engine;
  }

  /** The primitive of {@code key}, built at its first use; building compiles machine code. */
  Primitive primitive(Object key, Supplier<Primitive> builder) {
    Primitive known = primitives.get(key);
    if (known == null) {
      threads.bind();
      known = builder.get();
      primitives.put(key, known);
      forgetLeastRecentlyUsed();
    }
    return known;
  }

  private void forgetLeastRecentlyUsed() {
    if (primitives.size() > MOST_PRIMITIVES) {
      Iterator<Primitive> oldestFirst = primitives.values().iterator();
      oldestFirst.next().close();
      oldestFirst.remove();
    }
  }

  void execute(dnnl_primitive primitive, int numArguments, dnnl_exec_arg_t arguments) {
    threads.bind();
    check(
        dnnl.dnnl_primitive_execute(primitive, stream, numArguments, arguments),
        "execute a primitive");
  }

  /** Turns oneDNN's status into an exception. */
  static void check(int status, String action) {
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException("oneDNN could not " + action + ": status " + status);
    }
  }

  @Override
  public void close() {
    primitives.values().forEach(Primitive::close);
    primitives.clear();
    check(dnnl.dnnl_stream_destroy(stream), "destroy its stream");
    check(dnnl.dnnl_engine_destroy(engine), "destroy its engine");
    threads.close();
  }
}
