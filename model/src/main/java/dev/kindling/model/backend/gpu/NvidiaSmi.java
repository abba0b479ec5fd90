package dev.kindling.model.backend.gpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks {@code nvidia-smi}, which comes with NVIDIA's driver. */
public final class NvidiaSmi {
  private static final List<String> COMMAND =
      List.of(
          "nvidia-smi",
          "--query-gpu=index,name,driver_version,compute_cap,memory.total",
          "--format=csv,noheader,nounits");

  /** A name may have a comma, the others not. */
  private static final Pattern LINE =
      Pattern.compile("([0-9]+), (.+), ([^,]+), ([0-9]+\\.[0-9]+), ([^,]+)");

  private static final Pattern NUMBER = Pattern.compile("[0-9]+");
  private static final long TIMEOUT_SECONDS = 60;

  private NvidiaSmi() {}

  /**
   * The GPUs of this machine; none where there is no {@code nvidia-smi}, or it finds no driver.
   *
   * @throws IllegalStateException if it gives no answer, or none that can be read
   */
  public static List<NvidiaGpu> gpus() {
    Process process;
    try {
      process = new ProcessBuilder(COMMAND).redirectErrorStream(true).start();
    } catch (IOException e) {
      return List.of();
    }
    try (InputStream output = process.getInputStream()) {
      // A line for every GPU fits into the pipe, so the tool can end before it is read.
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(
            "nvidia-smi has given no answer in " + TIMEOUT_SECONDS + " s: check the driver");
      }
      return parse(
          process.exitValue(), new String(output.readAllBytes(), StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read what nvidia-smi says", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while nvidia-smi was asked for the GPUs", e);
    } finally {
      process.destroy();
    }
  }

  /**
   * Reads an answer.
   *
   * @param exitCode of the process
   * @param output what it has written, on both streams
   * @return the GPUs; none if the tool says that there is no driver or no device
   * @throws IllegalStateException if the answer is of another form
   */
  static List<NvidiaGpu> parse(int exitCode, String output) {
    if (output.isEmpty() || output.startsWith("No devices were found") || hasNoDriver(output)) {
      return List.of();
    }
    if (exitCode != 0) {
      throw unreadable(output);
    }
    return output.lines().map(NvidiaSmi::gpu).toList();
  }

  private static boolean hasNoDriver(String output) {
    return output.startsWith("NVIDIA-SMI has failed") || output.startsWith("NVIDIA-SMI couldn't");
  }

  private static NvidiaGpu gpu(String line) {
    Matcher fields = LINE.matcher(line);
    if (!fields.matches()) {
      throw unreadable(line);
    }
    String memory = fields.group(5);
    return new NvidiaGpu(
        Integer.parseInt(fields.group(1)),
        fields.group(2),
        fields.group(3),
        ComputeCapability.parse(fields.group(4)),
        NUMBER.matcher(memory).matches()
            ? OptionalLong.of(Long.parseLong(memory))
            : OptionalLong.empty());
  }

  private static IllegalStateException unreadable(String output) {
    return new IllegalStateException(
        "nvidia-smi says '"
            + output.lines().findFirst().orElse("")
            + "', but index, name, driver, compute capability and memory were expected: drivers"
            + " from version 510 on tell these, so update the driver");
  }
}
