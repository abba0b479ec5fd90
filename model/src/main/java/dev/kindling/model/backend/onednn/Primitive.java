package dev.kindling.model.backend.onednn;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;

/** A compiled oneDNN primitive with its arguments; executing it only exchanges addresses. */
final class Primitive implements AutoCloseable {
  private final OneDnnEngine engine;
  private final dnnl_primitive primitive;
  private final dnnl_memory[] memories;
  private final dnnl_exec_arg_t arguments;
  private final long[] addresses;
  private final Cursor cursor = new Cursor();

  /**
   * Takes over {@code primitive} and {@code memories}.
   *
   * @param argumentIds {@code DNNL_ARG_…} of each memory
   */
  Primitive(
      OneDnnEngine engine, dnnl_primitive primitive, int[] argumentIds, dnnl_memory[] memories) {
    this.engine = engine;
    this.primitive = primitive;
    this.memories = memories;
    this.addresses = new long[memories.length];
    this.arguments = new dnnl_exec_arg_t(memories.length);
    for (int i = 0; i < memories.length; i++) {
      arguments.position(i).arg(argumentIds[i]).memory(memories[i]);
    }
    arguments.position(0);
  }

  /**
   * Runs on the memory at {@code newAddresses}, in the order of the arguments' declaration, and
   * returns when it is done.
   */
  void execute(long... newAddresses) {
    for (int i = 0; i < memories.length; i++) {
      if (addresses[i] != newAddresses[i]) {
        addresses[i] = newAddresses[i];
        cursor.moveTo(newAddresses[i]);
        OneDnnEngine.check(dnnl.dnnl_memory_set_data_handle(memories[i], cursor), "point memory");
      }
    }
    engine.execute(primitive, memories.length, arguments);
  }

  @Override
  public void close() {
    OneDnnEngine.check(dnnl.dnnl_primitive_destroy(primitive), "destroy a primitive");
    for (dnnl_memory memory : memories) {
      OneDnnEngine.check(dnnl.dnnl_memory_destroy(memory), "destroy a memory object");
    }
    arguments.close();
  }

  /** A bare address that moves, so that a call creates no pointer objects. */
  private static final class Cursor extends Pointer {
    void moveTo(long newAddress) {
      this.address = newAddress;
    }
  }
}
