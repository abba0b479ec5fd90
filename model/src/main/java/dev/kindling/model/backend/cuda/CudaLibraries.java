package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.gpu.VisibleGpus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.Loader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * CUDA as it is loaded in this process: NVIDIA's driver and libraries, which are the machine's, and
 * JavaCPP's bridges to them. To be loaded before anything of {@code org.bytedeco.cuda} is touched.
 */
public final class CudaLibraries {
  private static final Logger LOG = LoggerFactory.getLogger(CudaLibraries.class);

  private static final int MIN_DRIVER = 13_000;
  private static final String ND4J_ON_CUDA = "org.nd4j.linalg.jcublas.JCublasBackend";

  private static final NativeLibrary COMPILER = new NativeLibrary("nvrtc", 13, "CUDA's compiler");

  /** Of the compiler; NVIDIA's packages for pip do not tell it where they lie. */
  private static final String COMPILERS_OWN = "libnvrtc-builtins\\.so\\..*";

  /** Each after those that it needs. */
  private static final List<NativeLibrary> REQUIRED =
      List.of(
          new NativeLibrary("cudart", 13, "CUDA's runtime"),
          new NativeLibrary("cublasLt", 13, "cuBLAS's matrix products"),
          new NativeLibrary("cublas", 13, "cuBLAS"),
          COMPILER);

  private static final List<NativeLibrary> CUDNN =
      List.of(
          new NativeLibrary("cudnn_graph", 9, "cuDNN"),
          new NativeLibrary("cudnn_ops", 9, "cuDNN"),
          new NativeLibrary("cudnn_cnn", 9, "cuDNN"),
          new NativeLibrary("cudnn_adv", 9, "cuDNN"));

  /** What they load when they choose a kernel. */
  private static final String CUDNNS_OWN = "libcudnn_.*\\.so\\.9";

  private static final List<NativeLibrary> NCCL = List.of(new NativeLibrary("nccl", 2, "NCCL"));

  private static CudaLibraries loaded;
  private static String failure;

  private final LibraryLoader loader;
  private final int driverVersion;
  private Optional<Boolean> cudnnLoads = Optional.empty();
  private Optional<Boolean> ncclLoads = Optional.empty();

  private CudaLibraries(LibraryLoader loader, int driverVersion) {
    this.loader = loader;
    this.driverVersion = driverVersion;
  }

  /**
   * Loads CUDA, at the first call; what went wrong then is said again at every other.
   *
   * @throws IllegalStateException if the driver or a library is missing or too old, or there is no
   *     GPU
   */
  public static synchronized CudaLibraries load() {
    if (failure != null) {
      throw new IllegalStateException(failure);
    }
    if (loaded == null) {
      try {
        loaded = loadAll();
      } catch (IllegalStateException e) {
        failure = e.getMessage();
        throw e;
      }
    }
    return loaded;
  }

  private static CudaLibraries loadAll() {
    requireLinux();
    requireInThisBuild();
    LibraryLoader loader = new LibraryLoader(CudaDirectories.ofThisMachine());
    loader.load(
        NativeLibrary.DRIVER,
        "Install NVIDIA's driver 580 or newer; a container has it if it is started with GPUs");
    for (NativeLibrary library : REQUIRED) {
      loader.load(
          library,
          "Install CUDA 13's libraries, or name the directories that have them in "
              + CudaDirectories.VARIABLE);
    }
    loader.loadBeside(COMPILER, COMPILERS_OWN);
    for (Class<?> bridge : List.of(cudart.class, cublas.class, nvrtc.class)) {
      loadBridge(bridge);
    }
    int driverVersion = driverVersion();
    startDriver();
    return new CudaLibraries(loader, driverVersion);
  }

  private static void requireLinux() {
    if (!Loader.getPlatform().startsWith("linux-")) {
      throw new IllegalStateException(
          "The backend cuda is for Linux, and this is " + Loader.getPlatform());
    }
  }

  /**
   * Whether the bridges are its own: ND4J's CUDA backend wants others, and there is room for one.
   */
  public static boolean isInThisBuild() {
    try {
      Class.forName(ND4J_ON_CUDA, false, CudaLibraries.class.getClassLoader());
      return false;
    } catch (ClassNotFoundException e) {
      return true;
    }
  }

  private static void requireInThisBuild() {
    if (!isInThisBuild()) {
      throw new IllegalStateException(
          "This build computes by ND4J's CUDA 11.6, beside which the backend cuda, which needs CUDA"
              + " 13, has no room: use a build without -Pnd4j-cuda");
    }
  }

  private static void loadBridge(Class<?> bridge) {
    try {
      Loader.load(bridge);
    } catch (LinkageError e) {
      throw new IllegalStateException(
          "JavaCPP's bridge to "
              + bridge.getSimpleName()
              + " does not load: put the jar cuda-*-"
              + Loader.getPlatform()
              + " of org.bytedeco on the class path of every machine ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  private static int driverVersion() {
    int[] version = new int[1];
    CudaStatus.check(cudart.cuDriverGetVersion(version), "ask the driver for its version");
    if (version[0] < MIN_DRIVER) {
      throw new IllegalStateException(
          "NVIDIA's driver serves CUDA "
              + ofThousands(version[0])
              + ", and "
              + ofThousands(MIN_DRIVER)
              + " or newer is needed: update the driver to 580 or newer");
    }
    return version[0];
  }

  private static void startDriver() {
    int status = cudart.cuInit(0);
    if (status == cudart.CUDA_ERROR_NO_DEVICE) {
      throw new IllegalStateException(
          "NVIDIA's driver shows no GPU to this process"
              + VisibleGpus.ofThisProcess().setting().map(text -> " (" + text + ")").orElse("")
              + ": choose another backend, or show it one");
    }
    if (status != cudart.CUDA_SUCCESS) {
      throw new IllegalStateException(
          "NVIDIA's driver does not start: "
              + CudaStatus.name(status)
              + ". See what nvidia-smi says");
    }
  }

  /** Whether there is cuDNN 9, which is loaded at the first call. */
  public synchronized boolean hasCudnn() {
    if (cudnnLoads.isEmpty()) {
      cudnnLoads = Optional.of(loadOptional(CUDNN, cudnn.class));
      loader.loadBeside(CUDNN.get(0), CUDNNS_OWN);
    }
    return cudnnLoads.get();
  }

  /** Whether there is NCCL 2, which is loaded at the first call. */
  public synchronized boolean hasNccl() {
    if (ncclLoads.isEmpty()) {
      ncclLoads = Optional.of(loadOptional(NCCL, nccl.class));
    }
    return ncclLoads.get();
  }

  private boolean loadOptional(List<NativeLibrary> libraries, Class<?> bridge) {
    try {
      for (NativeLibrary library : libraries) {
        loader.load(library, "It is not needed");
      }
      loadBridge(bridge);
      return true;
    } catch (IllegalStateException e) {
      LOG.debug("{} is left out: {}", bridge.getSimpleName(), e.getMessage());
      return false;
    }
  }

  /** What was loaded, and from where, in several lines. */
  public String description() {
    List<String> lines = new ArrayList<>();
    lines.add(line("driver of CUDA " + ofThousands(driverVersion), driverFile()));
    int[] runtime = new int[1];
    cudart.cudaRuntimeGetVersion(runtime);
    lines.add(line("runtime " + ofThousands(runtime[0]), file(REQUIRED.get(0))));
    lines.add(line("cuBLAS " + ofTenThousands(cublas.cublasLtGetVersion()), file(REQUIRED.get(1))));
    int[] major = new int[1];
    int[] minor = new int[1];
    nvrtc.nvrtcVersion(major, minor);
    lines.add(line("NVRTC " + major[0] + "." + minor[0], file(COMPILER)));
    if (hasCudnn()) {
      lines.add(line("cuDNN " + ofTenThousands(cudnn.cudnnGetVersion()), file(CUDNN.get(0))));
    }
    if (hasNccl()) {
      int[] version = new int[1];
      nccl.ncclGetVersion(version);
      lines.add(line("NCCL " + ofTenThousands(version[0]), file(NCCL.get(0))));
    }
    return String.join(System.lineSeparator(), lines);
  }

  private static String line(String what, Optional<Path> file) {
    return what + file.map(path -> " (" + path + ")").orElse("");
  }

  private static Optional<Path> driverFile() {
    // Its file carries the driver's version, and the name that is asked for is a link to it.
    return LibraryLoader.loadedFile("lib" + NativeLibrary.DRIVER.name() + ".so");
  }

  private static Optional<Path> file(NativeLibrary library) {
    return LibraryLoader.loadedFile(library.fileName());
  }

  /** As driver and runtime count: 13000 is 13.0. */
  private static String ofThousands(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  /** As the other libraries count: 130002 is 13.0.2. */
  private static String ofTenThousands(long version) {
    return version / 10_000 + "." + version / 100 % 100 + "." + version % 100;
  }
}
