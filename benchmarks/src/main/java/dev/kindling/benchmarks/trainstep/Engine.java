package dev.kindling.benchmarks.trainstep;

import dev.kindling.benchmarks.limit.Precision;
import dev.kindling.benchmarks.process.ChildJvm;
import dev.kindling.model.backend.NativeThreads;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Who computes the step, and in which precision. */
public enum Engine {
  /** libtorch, all in FP32. */
  LIBTORCH_FP32("libtorch-fp32", Precision.FP32, Library.LIBTORCH),
  /** libtorch, FP32 parameters with BF16 matmuls (autocast). */
  LIBTORCH_BF16("libtorch-bf16", Precision.BF16, Library.LIBTORCH),
  /** Kindling, all in FP32. */
  KINDLING_FP32("kindling-fp32", Precision.FP32, Library.KINDLING),
  /** Kindling, FP32 parameters with BF16 activations and matmuls. */
  KINDLING_BF16("kindling-bf16", Precision.BF16, Library.KINDLING);

  private final String id;
  private final Precision precision;
  private final Library library;

  Engine(String id, Precision precision, Library library) {
    this.id = id;
    this.precision = precision;
    this.library = library;
  }

  /** What its process runs, and with which class path: libtorch needs another JavaCPP. */
  private enum Library {
    KINDLING("dev.kindling.benchmarks.trainstep.KindlingStep", "java.class.path"),
    LIBTORCH(
        "dev.kindling.benchmarks.libtorch.LibtorchStep", "kindling.benchmarks.libtorch.classpath");

    private final String mainClass;
    private final String classpathProperty;

    Library(String mainClass, String classpathProperty) {
      this.mainClass = mainClass;
      this.classpathProperty = classpathProperty;
    }

    /**
     * glibc would give every large tensor back to the system, to fault it in again in the next
     * operation, and has JVM threads allocate from arenas that cannot hold large tensors. PyTorch's
     * tuning guide advises against it; a step is some 5 % faster with it turned off. Letting its
     * threads spin as ours do makes no step of it faster, and those of nano slower.
     */
    Map<String, String> environment() {
      return switch (this) {
        case KINDLING -> NativeThreads.ENVIRONMENT;
        case LIBTORCH ->
            Map.of(
                "MALLOC_ARENA_MAX", "1",
                "MALLOC_MMAP_THRESHOLD_", "2147483648",
                "MALLOC_TRIM_THRESHOLD_", "4294967296");
      };
    }
  }

  /**
   * The engine of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Engine named(String id) {
    return Arrays.stream(values())
        .filter(engine -> engine.id.equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "No engine is named " + id + ": choose from " + String.join(", ", ids())));
  }

  /** The names of all engines. */
  public static List<String> ids() {
    return Arrays.stream(values()).map(Engine::id).toList();
  }

  /** The name on the command line and in tables. */
  public String id() {
    return id;
  }

  /** What its matmuls multiply, which decides the limit it is held against. */
  public Precision precision() {
    return precision;
  }

  /** Whether it has the architecture: the peer has been written for GPT only. */
  boolean trains(StepConfiguration configuration) {
    return library == Library.KINDLING
        || configuration.architecture() == StepConfiguration.Architecture.GPT;
  }

  /** Whether it is what Kindling is compared with. */
  public boolean isPeer() {
    return library == Library.LIBTORCH;
  }

  /**
   * The process that measures it.
   *
   * @throws IllegalStateException if its class path is not known
   */
  ChildJvm process(int numThreads) {
    String classpath = System.getProperty(library.classpathProperty);
    if (classpath == null) {
      throw new IllegalStateException(
          "The system property "
              + library.classpathProperty
              + " is not set: measure "
              + id
              + " through bin/benchmark, which builds what it needs and sets it");
    }
    return new ChildJvm(library.mainClass, classpath, numThreads, environment());
  }

  /** What its processes find in their environment besides. */
  Map<String, String> environment() {
    return library.environment();
  }

  /** {@link #ids()}, for the help of a command. */
  public static final class Ids implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return ids().iterator();
    }
  }
}
