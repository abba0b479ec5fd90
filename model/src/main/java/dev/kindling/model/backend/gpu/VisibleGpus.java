package dev.kindling.model.backend.gpu;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The GPUs that CUDA shows to this process. {@code CUDA_VISIBLE_DEVICES} chooses and orders them,
 * and CUDA counts those that are left from 0.
 *
 * @param listed what the variable names, in its order; empty if it is not set
 */
public record VisibleGpus(Optional<List<String>> listed) {
  private static final String VARIABLE = "CUDA_VISIBLE_DEVICES";

  /** As this process's environment says. */
  public static VisibleGpus ofThisProcess() {
    return of(System.getenv(VARIABLE));
  }

  /** As a value of the variable says; null where it is not set. */
  static VisibleGpus of(String value) {
    return new VisibleGpus(
        Optional.ofNullable(value)
            .map(text -> Arrays.stream(text.split(",", -1)).map(String::strip).toList()));
  }

  /** The variable with its value, for messages; empty if it is not set. */
  public Optional<String> setting() {
    return listed.map(entries -> VARIABLE + "=" + String.join(",", entries));
  }

  /**
   * Of a machine's GPUs those that the process sees. Where the variable has names rather than
   * indices, that is not known and all are given.
   */
  public List<NvidiaGpu> among(List<NvidiaGpu> all) {
    if (listed.isEmpty() || !listed.get().stream().allMatch(entry -> entry.matches("-?[0-9]*"))) {
      return all;
    }
    return all.stream()
        .filter(gpu -> listed.get().contains(Integer.toString(gpu.index())))
        .toList();
  }

  /**
   * CUDA's number, in this process, of a GPU that Spark has set apart.
   *
   * @param address the GPU's index on the machine
   * @param numDevices that CUDA shows to the process
   * @throws IllegalArgumentException if the process does not see it
   */
  public int deviceOf(String address, int numDevices) {
    int position = listed.map(entries -> entries.indexOf(address)).orElse(-1);
    if (position >= 0 && position < numDevices) {
      return position;
    }
    // Containers and some cluster managers show a task the one GPU that is its own.
    if (numDevices == 1) {
      return 0;
    }
    if (listed.isEmpty()
        && address.matches("[0-9]{1,9}")
        && Integer.parseInt(address) < numDevices) {
      return Integer.parseInt(address);
    }
    throw new IllegalArgumentException(
        "Spark has set apart the GPU "
            + address
            + ", but this process sees "
            + numDevices
            + " GPUs"
            + setting().map(text -> " (" + text + ")").orElse("")
            + " and not that one: let the discovery script name indices, as bin/discover-gpus does,"
            + " and leave "
            + VARIABLE
            + " out of the executors' environment");
  }
}
