package dev.kindling.benchmarks.trainstep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.benchmarks.process.ChildJvm;
import dev.kindling.model.backend.Backends;
import java.util.List;

/** Where the time of a step goes, kernel by kernel, measured in a process of its own. */
public final class KernelProfile {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int MIN_STEPS = 3;
  private static final double MIN_SECONDS = 5;

  private KernelProfile() {}

  /**
   * Measures some steps.
   *
   * @throws IllegalArgumentException if the engine is not ours
   */
  public static List<KernelTimes.Row> measure(
      StepConfiguration configuration, Engine engine, int numThreads)
      throws JsonProcessingException {
    if (engine.isPeer()) {
      throw new IllegalArgumentException(
          engine.id() + " has no kernels of ours: choose kindling-fp32 or kindling-bf16");
    }
    ChildJvm process =
        new ChildJvm(
            KernelProfile.class.getName(),
            ChildJvm.ownClasspath(),
            numThreads,
            engine.environment());
    String line =
        process.lastLine(List.of(engine.id(), configuration.name(), Integer.toString(numThreads)));
    return MAPPER.readValue(line, new TypeReference<>() {});
  }

  /** The process that measures. */
  public static void main(String[] args) throws JsonProcessingException {
    Engine engine = Engine.named(args[0]);
    StepConfiguration configuration = StepConfiguration.named(args[1]);
    KernelTimes kernels = new KernelTimes(Backends.open("onednn", Integer.parseInt(args[2])));
    try (KindlingStep step = new KindlingStep(configuration, engine.precision(), kernels.timed())) {
      StepTimes.repeat(step::run, MIN_STEPS, MIN_SECONDS);
      kernels.clear();
      StepTimes times = StepTimes.repeat(step::run, MIN_STEPS, MIN_SECONDS);
      double seconds = times.seconds().stream().mapToDouble(Double::doubleValue).sum();
      System.out.println(
          MAPPER.writeValueAsString(
              kernels.rows(configuration.name(), engine.id(), times.seconds().size(), seconds)));
    }
  }
}
