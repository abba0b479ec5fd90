package dev.kindling.model.train;

import static dev.kindling.model.DoubleArrays.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.parity.ParityFixture;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Options that must not change a step beyond rounding, with dropout on, and precision, which may a
 * little.
 */
class ComputeOptionsTest {
  static Stream<String> fixtures() {
    return ParityFixture.NAMES.stream();
  }

  /** The gradient of one step and the loss of the next, as one vector. */
  private static double[] step(
      ParityFixture fixture, double dropout, ComputeOptions compute, int numThreads) {
    ArchitectureConfig config = Dropouts.with(fixture.config(), dropout);
    try (Backend backend = Backends.open("onednn", numThreads);
        LocalTrainer trainer = new LocalTrainer(config, fixture.optimizer(), compute, backend)) {
      fixture.fill(trainer.parameters());
      Batch batch = fixture.batch();
      double first = trainer.step(batch, new StepPosition(0, 0, 9, 4)).loss();
      double[] gradient = trainer.gradients().flat().toDoubles();
      double second = trainer.step(batch, new StepPosition(1, 1, 9, 4)).loss();
      return DoubleStream.concat(DoubleStream.of(gradient), DoubleStream.of(first, second))
          .toArray();
    }
  }

  private static double largest(double[] values) {
    return DoubleStream.of(values).map(Math::abs).max().orElseThrow();
  }

  private static void assertSame(String what, double[] actual, double[] expected) {
    assertClose(what, actual, expected, 2e-6 * largest(expected));
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void gradientAccumulationDoesNotChangeAStep(String name) {
    ParityFixture fixture = ParityFixture.load(name);
    double[] whole = step(fixture, 0.1, ComputeOptions.PLAIN, 1);
    double[] parts = step(fixture, 0.1, new ComputeOptions(Precision.F32, 2, false), 1);
    double[] single = step(fixture, 0.1, new ComputeOptions(Precision.F32, 100, false), 1);
    assertSame("two micro-batches", parts, whole);
    assertSame("a micro-batch for every sample", single, whole);
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void activationCheckpointingDoesNotChangeABit(String name) {
    ParityFixture fixture = ParityFixture.load(name);
    double[] kept = step(fixture, 0.1, ComputeOptions.PLAIN, 1);
    double[] recomputed = step(fixture, 0.1, new ComputeOptions(Precision.F32, 1, true), 1);
    assertThat(recomputed).isEqualTo(kept);
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void theNumberOfThreadsDoesNotChangeAStep(String name) {
    ParityFixture fixture = ParityFixture.load(name);
    double[] one = step(fixture, 0.1, ComputeOptions.PLAIN, 1);
    assertSame("two threads", step(fixture, 0.1, ComputeOptions.PLAIN, 2), one);
    assertSame("three threads", step(fixture, 0.1, ComputeOptions.PLAIN, 3), one);
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void bf16IsCloseToF32(String name) {
    ParityFixture fixture = ParityFixture.load(name);
    double[] exact = step(fixture, 0, ComputeOptions.PLAIN, 1);
    double[] rounded = step(fixture, 0, ComputeOptions.PLAIN.with(Precision.BF16), 1);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < exact.length - 2; i++) {
      difference += (exact[i] - rounded[i]) * (exact[i] - rounded[i]);
      norm += exact[i] * exact[i];
    }
    // BF16 has 8 significant bits. The parameters are ten times those of a trained model, and T5
    // does
    // not scale its scores: scores of 8 and more are rounded by up to 2^-6.
    assertThat(Math.sqrt(difference / norm)).isLessThan(Math.scalb(1.0, -4));
    double exactLoss = exact[exact.length - 2];
    assertThat(Math.abs(rounded[exact.length - 2] / exactLoss - 1)).isLessThan(0.01);
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void dropoutChangesWithTheStepAndTheSample(String name) {
    ParityFixture fixture = ParityFixture.load(name);
    ArchitectureConfig config = Dropouts.with(fixture.config(), 0.1);
    try (Backend backend = Backends.open("onednn", 1);
        LocalTrainer trainer =
            new LocalTrainer(config, fixture.optimizer(), ComputeOptions.PLAIN, backend)) {
      Batch batch = fixture.batch();
      double[] losses = new double[4];
      StepPosition[] positions = {
        new StepPosition(0, 0, 1, 0),
        new StepPosition(1, 0, 1, 0),
        new StepPosition(0, 0, 2, 0),
        new StepPosition(0, 0, 1, 1)
      };
      for (int i = 0; i < losses.length; i++) {
        fixture.fill(trainer.parameters());
        losses[i] = trainer.step(batch, positions[i]).loss();
      }
      assertThat(losses).doesNotHaveDuplicates();
      fixture.fill(trainer.parameters());
      assertThat(trainer.step(batch, positions[0]).loss()).isEqualTo(losses[0]);
    }
  }

  @Test
  void aBatchIsNotCutIntoLessThanOnePart() {
    assertThatThrownBy(() -> new ComputeOptions(Precision.F32, 0, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("microBatches is 0");
  }
}
