package dev.kindling.benchmarks.libtorch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/** Loads libtorch. */
final class LibtorchLibrary {
  private static final List<String> LIBRARIES = List.of("libc10", "libtorch_cpu", "libtorch");

  private LibtorchLibrary() {}

  /**
   * Unpacks all of it before any of it loads. JavaCPP unpacks one library at a time, and {@code
   * libtorch.so}, which comes first, would take the {@code libtorch_cpu.so} that it needs from the
   * system, if PyTorch is installed there: two of them in one process crash.
   */
  static void load(int numThreads) {
    String suffix = Loader.loadProperties().getProperty("platform.library.suffix");
    try {
      for (String library : LIBRARIES) {
        Loader.cacheResource(torch.class, Loader.getPlatform() + "/" + library + suffix);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Loader.load(torch.class);
    torch.set_num_threads(numThreads);
  }
}
