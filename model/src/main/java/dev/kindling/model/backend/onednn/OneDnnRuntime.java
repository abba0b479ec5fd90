package dev.kindling.model.backend.onednn;

import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;

/**
 * oneDNN as it is loaded in this process.
 *
 * @param version such as 3.11.0
 * @param instructionSet the widest that it makes machine code for on this CPU, in oneDNN's words,
 *     such as {@code avx512_core_bf16}; those without {@code bf16} or {@code amx} compute BF16 by
 *     way of F32
 */
public record OneDnnRuntime(String version, String instructionSet) {
  /**
   * Loads oneDNN, at the first call.
   *
   * @throws UnsatisfiedLinkError if its natives do not load on this machine
   */
  public static OneDnnRuntime load() {
    Loader.load(dnnl.class);
    dnnl_version_t version = dnnl.dnnl_version();
    return new OneDnnRuntime(
        version.major() + "." + version.minor() + "." + version.patch(),
        dnnl.get_effective_cpu_isa().intern().name());
  }
}
