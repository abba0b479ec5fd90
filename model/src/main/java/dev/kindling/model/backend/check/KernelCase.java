package dev.kindling.model.backend.check;

import dev.kindling.model.backend.Backend;
import java.util.function.BiConsumer;

/**
 * Calls of one kernel.
 *
 * @param kernel the method of {@link Backend}
 * @param variant what is special about these calls; empty if nothing is
 * @param isOfProducts whether TF32 changes the kernel and nothing but its products of matrices
 * @param calls of the kernel, and of those that make its inputs
 */
record KernelCase(
    String kernel, String variant, boolean isOfProducts, BiConsumer<Backend, KernelRun> calls) {
  static KernelCase of(String kernel, BiConsumer<Backend, KernelRun> calls) {
    return of(kernel, "", calls);
  }

  static KernelCase of(String kernel, String variant, BiConsumer<Backend, KernelRun> calls) {
    return new KernelCase(kernel, variant, false, calls);
  }

  static KernelCase ofProducts(
      String kernel, String variant, BiConsumer<Backend, KernelRun> calls) {
    return new KernelCase(kernel, variant, true, calls);
  }

  String name() {
    return variant.isEmpty() ? kernel : kernel + " (" + variant + ")";
  }
}
