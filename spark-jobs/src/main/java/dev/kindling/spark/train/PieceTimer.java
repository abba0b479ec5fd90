package dev.kindling.spark.train;

import dev.kindling.model.arch.LossScale;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.layout.ModelLayout;
import dev.kindling.model.layout.PartLayout;
import dev.kindling.model.layout.PieceRange;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.model.train.ModelPart;
import dev.kindling.model.train.Pass;
import dev.kindling.model.train.StepPosition;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.TaskBackends;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.DoubleStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;

/**
 * Measures what the pieces of a model cost, on an executor: a micro-batch forwards and backwards
 * through one piece at a time, of which only that piece's parameters exist. Pieces with parameters
 * of the same shapes are the same work, and are measured once.
 *
 * @param spec of the ranks that the pieces are for
 * @param hadoop the filesystem's settings
 */
record PieceTimer(GroupSpec spec, HadoopSettings hadoop) implements Function<Integer, double[]> {
  /** The first run compiles; of the others the fastest counts. */
  private static final int NUM_RUNS = 4;

  /** What a micro-batch takes in a piece. */
  record Seconds(double forward, double backward) {
    /** Both ways. */
    double both() {
      return forward + backward;
    }

    private Seconds fasterOf(Seconds other) {
      return new Seconds(Math.min(forward, other.forward), Math.min(backward, other.backward));
    }
  }

  /** Every piece. */
  List<Seconds> measure(JavaSparkContext spark) {
    spark.setJobDescription("measure the pieces of the model");
    double[] told = spark.parallelize(List.of(0), 1).map(this).collect().get(0);
    List<Seconds> seconds = new ArrayList<>();
    for (int i = 0; i < told.length; i += 2) {
      seconds.add(new Seconds(told[i], told[i + 1]));
    }
    return seconds;
  }

  /** Forwards and backwards of every piece, in turn. */
  @Override
  public double[] call(Integer unused) {
    ModelLayout layout = spec.layout().model().placements();
    List<Seconds> seconds = new ArrayList<>();
    Map<List<Object>, Seconds> known = new HashMap<>();
    try (Backend backend = TaskBackends.open(spec.backend());
        DataOrder.Reader reader = spec.data().open(hadoop.get())) {
      Batch whole = reader.read(0);
      Batch batch = whole.rows(0, Math.max(1, whole.size() / spec.schedule().numMicroBatches()));
      for (int piece = 0; piece < layout.numPieces(); piece++) {
        PartLayout part = new PartLayout(layout, List.of(new PieceRange(piece, piece + 1)), 0, 1);
        List<Object> kind = kind(part, piece);
        if (!known.containsKey(kind)) {
          known.put(kind, measure(part, batch, backend));
        }
        seconds.add(known.get(kind));
      }
    }
    return seconds.stream()
        .flatMapToDouble(each -> DoubleStream.of(each.forward(), each.backward()))
        .toArray();
  }

  /** Blocks of one stack have the same shapes, and read as much. */
  private static List<Object> kind(PartLayout part, int piece) {
    List<Object> kind = new ArrayList<>();
    part.slices().forEach(slice -> kind.add(slice.shape()));
    Set<Integer> sharers = new TreeSet<>();
    part.held().forEach(held -> sharers.addAll(held.placement().pieces()));
    sharers.remove(piece);
    kind.add(sharers.isEmpty());
    return kind;
  }

  private Seconds measure(PartLayout part, Batch batch, Backend backend) {
    Seconds fastest = new Seconds(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
    try (ModelPart piece =
        new ModelPart(
            spec.layout().model(),
            part,
            SliceGroup.WHOLE,
            spec.optimizer(),
            spec.compute(),
            backend)) {
      fill(piece.parameters().flat());
      piece.beginStep();
      for (int run = 0; run < NUM_RUNS; run++) {
        fastest = fastest.fasterOf(measure(piece, batch));
      }
    }
    return fastest;
  }

  private static Seconds measure(ModelPart piece, Batch batch) {
    try (Pass pass = piece.newPass(0, batch, 0, StepPosition.of(0), LossScale.of(batch))) {
      pass.inputs().forEach(PieceTimer::fill);
      piece.backend().awaitKernels();
      long started = System.nanoTime();
      pass.forward();
      piece.backend().awaitKernels();
      long forward = System.nanoTime();
      for (int output = 0; output < pass.outputs().size(); output++) {
        fill(pass.newOutputGradient(output));
      }
      piece.backend().awaitKernels();
      long turned = System.nanoTime();
      pass.backward();
      piece.backend().awaitKernels();
      return new Seconds((forward - started) / 1e9, (System.nanoTime() - turned) / 1e9);
    }
  }

  /** Small numbers that are no zeros: kernels take their time over those that are not normal. */
  private static void fill(Tensor tensor) {
    double[] values = new double[Math.toIntExact(tensor.numElements())];
    Arrays.setAll(values, i -> 0.01 * ((i * 31 + 7) % 13 - 6));
    tensor.setDoubles(values);
  }
}
