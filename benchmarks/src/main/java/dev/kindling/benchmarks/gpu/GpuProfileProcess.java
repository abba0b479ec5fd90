package dev.kindling.benchmarks.gpu;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.benchmarks.process.ChildJvm;
import dev.kindling.benchmarks.trainstep.KernelTimes;
import dev.kindling.benchmarks.trainstep.StepTimes;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.train.Precision;
import java.util.List;

/**
 * The child process that tells where the time of a task goes, and prints {@link KernelTimes.Row}s.
 * It waits for every kernel, so that all of them together take longer than they do in a row.
 */
final class GpuProfileProcess {
  private static final int WARM_UP_STEPS = 2;
  private static final int NUM_STEPS = 5;

  private GpuProfileProcess() {}

  static List<KernelTimes.Row> measure(GpuRun run, GpuTask task) {
    String line =
        GpuProcesses.of(GpuProfileProcess.class)
            .lastLine(
                List.of(
                    run.backend(),
                    run.precision().name(),
                    task.name(),
                    Integer.toString(task.model().batch())),
                run.limit());
    return List.of(ChildJvm.parse(line, KernelTimes.Row[].class));
  }

  /** Takes backend, precision, task and batch. */
  public static void main(String[] args) throws JsonProcessingException {
    GpuTask task = GpuTask.named(args[2]).withBatch(Integer.parseInt(args[3]));
    try (Backend backend = Backends.open(args[0], 1)) {
      KernelTimes kernels = new KernelTimes(backend);
      try (GpuWork work = GpuTaskProcess.open(task, Precision.valueOf(args[1]), kernels.timed())) {
        StepTimes.repeat(work::run, WARM_UP_STEPS, 0);
        kernels.clear();
        StepTimes times = StepTimes.repeat(work::run, NUM_STEPS, 0);
        double seconds = times.seconds().stream().mapToDouble(Double::doubleValue).sum();
        System.out.println(
            new ObjectMapper()
                .writeValueAsString(kernels.rows(task.name(), args[0], NUM_STEPS, seconds)));
      }
    }
  }
}
