package dev.kindling.benchmarks.gpu;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.benchmarks.process.ChildJvm;
import dev.kindling.benchmarks.trainstep.StepTimes;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.train.Precision;
import java.util.List;

/** The child process that repeats one task and prints a {@link GpuMeasurement}. */
final class GpuTaskProcess {
  /** Kernels are compiled at the first, and a step may be recorded at the next. */
  private static final int WARM_UP_STEPS = 4;

  private static final double WARM_UP_SECONDS = 1;

  private GpuTaskProcess() {}

  static GpuMeasurement measure(GpuRun run, GpuTask task) {
    String line =
        GpuProcesses.of(GpuTaskProcess.class)
            .lastLine(
                List.of(
                    run.backend(),
                    run.precision().name(),
                    task.name(),
                    Integer.toString(task.model().batch()),
                    Integer.toString(run.numSteps())),
                run.limit());
    return ChildJvm.parse(line, GpuMeasurement.class);
  }

  /**
   * Takes backend, precision, task, batch and the number of steps.
   *
   * @throws IllegalStateException if training does not learn the batch
   */
  public static void main(String[] args) throws JsonProcessingException {
    Precision precision = Precision.valueOf(args[1]);
    GpuTask task = GpuTask.named(args[2]).withBatch(Integer.parseInt(args[3]));
    int numSteps = Integer.parseInt(args[4]);
    try (Backend backend = Backends.open(args[0], 1);
        GpuWork work = open(task, precision, backend)) {
      double firstLoss = work.run();
      StepTimes.repeat(work::run, WARM_UP_STEPS, WARM_UP_SECONDS);
      StepTimes times = StepTimes.repeat(work::run, numSteps, 0);
      if (task.kind() == GpuTask.Kind.TRAINING && !(times.lastLoss() < firstLoss)) {
        throw new IllegalStateException(
            task.name()
                + " had loss "
                + firstLoss
                + " at the first step and "
                + times.lastLoss()
                + " at the last: it does not learn the batch, so its time means nothing");
      }
      GpuMeasurement measurement =
          new GpuMeasurement(
              task.name(),
              task.model().batch(),
              times.medianSeconds(),
              GpuMemory.used(),
              times.lastLoss());
      System.out.println(new ObjectMapper().writeValueAsString(measurement));
    }
  }

  static GpuWork open(GpuTask task, Precision precision, Backend backend) {
    return switch (task.kind()) {
      case TRAINING -> new GpuTraining(task.model(), precision, backend);
      case SCORING -> new GpuScoring(task.model(), precision, backend);
    };
  }
}
