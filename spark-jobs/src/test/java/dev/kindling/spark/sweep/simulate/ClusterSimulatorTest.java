package dev.kindling.spark.sweep.simulate;

import static dev.kindling.spark.sweep.simulate.Workloads.NO_COST;
import static dev.kindling.spark.sweep.simulate.Workloads.candidate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.spark.config.DataParallelismConfig.Mode;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterSimulatorTest {
  private static final Workload GPT = Workloads.of("");
  private static final List<Mode> BOTH = List.of(Mode.values());
  private static final int STEP_TOKENS = 4 * 16;

  private static ClusterSimulator on(Rates rates) {
    return new ClusterSimulator(GPT, rates, OptionalLong.empty());
  }

  private static List<Candidate> all(int numExecutors) {
    return new Candidates(GPT, BOTH, OptionalInt.empty()).of(numExecutors);
  }

  @Test
  void oneExecutorIsItsOwnMeasure() {
    Rates rates = new Rates(1e8, 1e-3, 1e8, 1e9, 0.4, 1, 1e-3, 0.3);

    Prediction alone = on(rates).predict(candidate(""));

    assertThat(alone.efficiency()).isEqualTo(1);
    assertThat(alone.compute()).isEqualTo(STEP_TOKENS * 1e-3);
    assertThat(alone.straggling() + alone.network() + alone.bubble()).isZero();
  }

  /** 10 steps of 64 ms, and for 4 P = 8 parts of 1 MB each: see the terms below. */
  @Test
  void aRoundOfAveragingIsTheSumOfItsParts() {
    long parameters = 4 * GPT.numParameters();
    Rates rates = new Rates(1e6, 0.01, 2e6, 1e9, 0.5, 1, 0.001, 0);

    Prediction two = on(rates).predict(candidate("parallel.dataParallel=2"));

    // Gathered and handed out; copied: moments, outcome, and half of the shards.
    double handled = 2 * (2 + 2 + 1 + 0.5) * parameters;
    double remote = (0.5 * 2 + 3.5) * parameters;
    double shuffle = handled / 2e6 + remote / 1e6 + 2 * 0.01;
    double scheduling = 0.5 + (2 * 2 + 2) * 0.001;
    assertThat(10 * two.shuffle()).isCloseTo(shuffle, within(1e-9));
    assertThat(10 * two.scheduling()).isCloseTo(scheduling, within(1e-12));
    assertThat(two.roundSeconds()).isCloseTo(0.64 + shuffle + scheduling, within(1e-9));
    assertThat(two.tokensPerSecond())
        .isCloseTo(2 * 10 * STEP_TOKENS / two.roundSeconds(), within(1e-9));
  }

  @Test
  void synchronousReplicasPayForTheRingInEveryStep() {
    Rates rates = new Rates(1e6, 0.01, Double.POSITIVE_INFINITY, 5e5, 0, 2, 0, 0);

    Prediction four =
        on(rates).predict(candidate("parallel.dataParallel=4 dataParallelism.mode=synchronous"));

    double ring = 2 * 3 * (0.01 + GPT.numParameters() / 5e5);
    double agreements = 2 * 3 * (0.01 + 16 / 5e5);
    assertThat(four.network()).isCloseTo(ring + agreements, within(1e-9));
    assertThat(10 * four.scheduling()).isCloseTo(2 + 3 * 0.01, within(1e-12));
    assertThat(four.bubble()).isCloseTo(0, within(1e-9));
  }

  @Test
  void aPipelineWaitsAtLeastAsLongAsOneOfEvenStages() {
    for (int microBatches : new int[] {1, 2, 4}) {
      Prediction pipeline =
          on(NO_COST)
              .predict(
                  candidate("parallel.pipelineParallel=2 parallel.microBatches=" + microBatches));

      double share = pipeline.bubble() / pipeline.stepSeconds();
      assertThat(pipeline.compute()).isCloseTo(STEP_TOKENS * 1e-3 / 2, within(1e-12));
      assertThat(share).isGreaterThanOrEqualTo(1.0 / (microBatches + 1));
    }
  }

  /** Where nothing but stages is waited for, that is all that is lost. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 32})
  void onAPerfectNetworkOnlyTheBubbleIsLost(int numExecutors) {
    for (Candidate candidate : all(numExecutors)) {
      Prediction prediction = on(NO_COST).predict(candidate);
      double busy = prediction.compute() / (prediction.compute() + prediction.bubble());
      assertThat(prediction.efficiency()).as(candidate.describe()).isCloseTo(busy, within(1e-9));
    }
  }

  @Test
  void worseNetworksAndExecutorsAreNeverFaster() {
    Random random = new Random(11);
    for (int draw = 0; draw < 40; draw++) {
      Rates rates = draw(random);
      double worse = 1 + 9 * random.nextDouble();
      List<Candidate> candidates = all(1 << random.nextInt(8));
      Candidate candidate = candidates.get(random.nextInt(candidates.size()));
      double before = on(rates).predict(candidate).stepSeconds();
      for (Rates other : worse(rates, worse)) {
        assertThat(on(other).predict(candidate).stepSeconds())
            .as("%s on %s instead of %s", candidate.describe(), other, rates)
            .isGreaterThanOrEqualTo(before * (1 - 1e-12));
      }
    }
  }

  private static Rates draw(Random random) {
    return new Rates(
        1e6 * Math.pow(10, 4 * random.nextDouble()),
        1e-6 * Math.pow(10, 4 * random.nextDouble()),
        1e6 * Math.pow(10, 3 * random.nextDouble()),
        1e6 * Math.pow(10, 4 * random.nextDouble()),
        random.nextDouble(),
        random.nextDouble(),
        1e-3 * random.nextDouble(),
        0.5 * random.nextDouble());
  }

  private static List<Rates> worse(Rates r, double w) {
    return Stream.of(
            new double[] {1 / w, 1, 1, 1, 1, 1, 1, 1},
            new double[] {1, w, 1, 1, 1, 1, 1, 1},
            new double[] {1, 1, 1 / w, 1, 1, 1, 1, 1},
            new double[] {1, 1, 1, 1 / w, 1, 1, 1, 1},
            new double[] {1, 1, 1, 1, w, 1, 1, 1},
            new double[] {1, 1, 1, 1, 1, w, 1, 1},
            new double[] {1, 1, 1, 1, 1, 1, w, 1},
            new double[] {1, 1, 1, 1, 1, 1, 1, Math.min(w, 4)})
        .map(
            by ->
                new Rates(
                    r.bandwidth() * by[0],
                    r.latency() * by[1],
                    r.shuffleRate() * by[2],
                    r.messageRate() * by[3],
                    r.roundSeconds() * by[4],
                    r.barrierSeconds() * by[5],
                    r.taskSeconds() * by[6],
                    r.spread() * by[7]))
        .toList();
  }

  @Test
  void theBestWayIsThatOfAllWhichIsFastest() {
    Random random = new Random(5);
    for (int draw = 0; draw < 10; draw++) {
      Rates rates = draw(random);
      long memory = (900L << 20) + random.nextInt(10 << 20);
      ClusterSimulator simulator = new ClusterSimulator(GPT, rates, OptionalLong.of(memory));
      int numExecutors = 1 << random.nextInt(7);

      Simulation simulation =
          Simulation.run(
              simulator, new Candidates(GPT, BOTH, OptionalInt.empty()), List.of(numExecutors));

      double fastest = 0;
      for (Prediction each : simulation.predictions()) {
        if (each.memoryBytes() <= memory) {
          fastest = Math.max(fastest, each.tokensPerSecond());
        }
      }
      Choice choice = simulation.choices().get(0);
      assertThat(choice.best().map(Prediction::tokensPerSecond).orElse(0.0)).isEqualTo(fastest);
    }
  }

  @Test
  void whatDoesNotFitIsRuledOutAndSaysSo() {
    List<Prediction> predictions =
        all(8).stream()
            .map(new ClusterSimulator(GPT, NO_COST, OptionalLong.of(1L << 20))::predict)
            .toList();

    Choice choice = Choice.among(8, predictions);

    assertThat(choice.best()).isEmpty();
    assertThat(choice.reason()).contains("needs ").contains("MiB an executor");
  }

  @Test
  void allWaysOfOneSizeTakeAsManySequencesInAStep() {
    assertThat(all(16))
        .hasSizeGreaterThan(50)
        .allMatch(each -> each.batchSize() * each.mesh().dataParallel() == 4 * 16)
        .allMatch(each -> each.numExecutors() == 16);
    assertThat(new Candidates(GPT, BOTH, OptionalInt.of(8)).of(16))
        .isNotEmpty()
        .allMatch(each -> each.batchSize() * each.mesh().dataParallel() == 8);
    assertThat(new Candidates(GPT, BOTH, OptionalInt.of(1)).of(4096)).isEmpty();
  }
}
