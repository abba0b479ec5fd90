package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.ModelInitializer;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.backend.DeviceGroups;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.layout.PartLayout;
import dev.kindling.model.layout.PartRuns;
import dev.kindling.model.layout.PieceRange;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.model.train.LocalTrainer.Gradient;
import dev.kindling.model.train.ModelPart;
import dev.kindling.model.train.Precision;
import dev.kindling.model.train.StepPosition;
import dev.kindling.spark.communicate.Communicator;
import dev.kindling.spark.communicate.Communicators;
import dev.kindling.spark.communicate.FakeGpu;
import dev.kindling.spark.communicate.FakeGroups;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.config.TrainingConfig.OnNonFinite;
import dev.kindling.spark.parallel.Mesh;
import dev.kindling.spark.parallel.ShardLayout;
import dev.kindling.spark.parallel.schedule.PipelineSchedule;
import dev.kindling.spark.parallel.schedule.ScheduleKind;
import dev.kindling.spark.train.timeline.Activity;
import dev.kindling.spark.train.timeline.TaskClock;
import dev.kindling.spark.train.timeline.TaskPlace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ranks whose tensors lie on devices take the steps that those on hosts take, to the last bit. */
class DeviceRanksTest {
  private static final GptConfig MODEL = new GptConfig(61, 12, 2, 2, 16, true);
  private static final int BATCH_SIZE = 4;
  private static final int NUM_STEPS = 2;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /** Where tensors lie. */
  private enum Place {
    /** Where Java reaches them. */
    HOST,
    /** On devices, between which copies on the host go over the network. */
    DEVICE,
    /** On devices that sum up together. */
    GROUPED_DEVICE
  }

  /** What came of some steps: what the first rank was told, and all parameters afterwards. */
  // The arrays are compared by themselves.
  @SuppressWarnings("ArrayRecordComponent")
  private record Result(List<Gradient> gradients, byte[] theta) {}

  /** What the ranks of a test are told. */
  private static GroupSpec spec(Mesh mesh, int microBatches, Precision precision) {
    List<PieceRange> stages =
        mesh.pipelineParallel() == 1
            ? List.of(MODEL.placements().allPieces())
            : List.of(new PieceRange(0, 2), new PieceRange(2, 4));
    return new GroupSpec(
        ByHand.ADAMW,
        new ComputeOptions(precision, microBatches, false),
        "onednn",
        List.of(),
        OnNonFinite.STOP,
        InnerState.KEEP,
        new ShardLayout(MODEL.numParameters(), 3),
        new GroupLayout(MODEL, mesh, stages),
        PipelineSchedule.of(
            ScheduleKind.ONE_FORWARD_ONE_BACKWARD, mesh.pipelineParallel(), 1, microBatches),
        true,
        null,
        TIMEOUT);
  }

  private static CausalBatch batch(int replica, int step) {
    SplittableRandom random = new SplittableRandom(31L * replica + step);
    int length = MODEL.contextLength();
    int[] ids = random.ints((long) BATCH_SIZE * length, 0, MODEL.vocabSize()).toArray();
    int[] targets = random.ints((long) BATCH_SIZE * length, 0, MODEL.vocabSize()).toArray();
    return new CausalBatch(BATCH_SIZE, length, ids, targets);
  }

  private static Result train(GroupSpec spec, Place place) {
    int numRanks = spec.mesh().numRanks();
    byte[] theta = new byte[Math.toIntExact(4 * MODEL.numParameters())];
    ExecutorService threads = Executors.newFixedThreadPool(numRanks);
    try {
      List<CompletableFuture<List<Gradient>>> ranks =
          Communicators.inThisJvm(numRanks, TIMEOUT).stream()
              .map(
                  network ->
                      CompletableFuture.supplyAsync(
                          () -> train(spec, place, network, theta), threads))
              .toList();
      return new Result(ranks.stream().map(CompletableFuture::join).toList().get(0), theta);
    } finally {
      threads.shutdown();
    }
  }

  private static List<Gradient> train(
      GroupSpec spec, Place place, Communicator network, byte[] theta) {
    FakeGpu gpu = new FakeGpu();
    Optional<DeviceGroups> groups =
        Optional.of(new FakeGroups(gpu, "GPU " + network.rank(), Optional.empty()));
    try (Backend kernels = Backends.open("onednn", 1)) {
      Backend backend =
          switch (place) {
            case HOST -> kernels;
            case DEVICE -> gpu.over(kernels, Optional.empty());
            case GROUPED_DEVICE -> gpu.over(kernels, groups);
          };
      RankGroups ranks = RankGroups.of(Communicators.onDevices(network, backend), spec.layout());
      try {
        return train(spec, ranks, backend, theta);
      } finally {
        ranks.close();
      }
    }
  }

  private static List<Gradient> train(
      GroupSpec spec, RankGroups ranks, Backend backend, byte[] theta) {
    TaskClock clock = new TaskClock(Activity.COMPUTE, new TaskPlace("here", "localhost", ""));
    int rank = ranks.world().rank();
    PartLayout layout = GatherParts.part(spec.layout(), rank);
    List<Gradient> gradients = new ArrayList<>();
    try (ModelPart part =
        new ModelPart(
            MODEL,
            layout,
            new CommunicatorSlices(ranks.tensor(), clock),
            spec.optimizer(),
            spec.compute(),
            backend)) {
      receive(spec, part);
      try (GroupTrainer trainer = new GroupTrainer(spec, part, ranks, clock)) {
        for (int step = 0; step < NUM_STEPS; step++) {
          StepPosition position = StepPosition.of(step);
          Gradient gradient =
              trainer.computeGradient(batch(spec.mesh().replica(rank), step), position);
          part.update(position, gradient.norm());
          gradients.add(gradient);
        }
      }
      if (spec.mesh().replica(rank) == 0) {
        hand(spec, part, theta);
      }
    }
    return gradients;
  }

  /** The parameters that all begin with, shard by shard. */
  private static void receive(GroupSpec spec, ModelPart part) {
    try (ParameterStore whole = ParameterStore.allocate(MODEL.layout(), DType.F32)) {
      ModelInitializer.initialize(MODEL, whole, 5);
      PartRuns runs = PartRuns.ofHeld(part.layout());
      for (int shard = 0; shard < spec.shards().numShards(); shard++) {
        byte[] ofShard = new byte[spec.shards().byteLength(shard)];
        whole.readBytes(spec.shards().offset(shard), spec.shards().length(shard), ofShard, 0);
        ShardRuns inShard = new ShardRuns(runs, spec.shards(), shard);
        inShard.write(inShard.extract(ofShard), part.parameters());
      }
    }
  }

  private static void hand(GroupSpec spec, ModelPart part, byte[] theta) {
    PartRuns runs = PartRuns.ofOwn(part.layout());
    for (int shard = 0; shard < spec.shards().numShards(); shard++) {
      int from = Math.toIntExact(spec.shards().byteOffset(shard));
      ShardRuns inShard = new ShardRuns(runs, spec.shards(), shard);
      synchronized (theta) {
        byte[] ofShard = Arrays.copyOfRange(theta, from, from + spec.shards().byteLength(shard));
        inShard.place(inShard.read(part.parameters()), ofShard);
        System.arraycopy(ofShard, 0, theta, from, ofShard.length);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, F32",
    "2, 1, 1, 1, F32",
    "2, 1, 1, 2, BF16",
    "1, 2, 1, 4, F32",
    "1, 2, 1, 2, BF16",
    "1, 1, 2, 1, F32",
    "1, 1, 2, 2, BF16",
    "2, 2, 2, 2, F32"
  })
  void stepsDoNotDependOnWhereTensorsLie(
      int dataParallel,
      int pipelineParallel,
      int tensorParallel,
      int microBatches,
      Precision precision) {
    Mesh mesh = new Mesh(dataParallel, pipelineParallel, tensorParallel);
    GroupSpec spec = spec(mesh, microBatches, precision);
    Result onHosts = train(spec, Place.HOST);

    for (Place place : new Place[] {Place.DEVICE, Place.GROUPED_DEVICE}) {
      Result onDevices = train(spec, place);
      assertThat(onDevices.gradients()).as("%s", place).isEqualTo(onHosts.gradients());
      assertThat(onDevices.theta()).as("%s", place).isEqualTo(onHosts.theta());
    }
    assertThat(IntStream.range(0, onHosts.theta().length).map(i -> onHosts.theta()[i]).sum())
        .isNotZero();
  }

  /** A slice has a run for every row of a matrix; copies of a few bytes would take a second. */
  @Test
  void whatASliceHasOfAShardCrossesInOneCopy() {
    PartLayout slice =
        new PartLayout(MODEL.placements(), List.of(MODEL.placements().allPieces()), 1, 2);
    FakeGpu gpu = new FakeGpu();
    ShardLayout shards = new ShardLayout(MODEL.numParameters(), 2);
    ShardRuns runs = new ShardRuns(PartRuns.ofHeld(slice), shards, 1);
    try (ParameterStore store = ParameterStore.allocate(slice.slices(), DType.F32, gpu)) {
      runs.write(new byte[runs.numBytes()], store);
      assertThat(gpu.numCopies()).isEqualTo(1);
      runs.read(store);
      assertThat(gpu.numCopies()).isEqualTo(2);
    }
  }
}
