package dev.kindling.spark.train;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.config.TrainingConfig;
import dev.kindling.spark.parallel.Mesh;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;

/** What is looked at before the first round. */
final class Preflight {
  private Preflight() {}

  /** Tasks that the cluster runs at once, as it is now. */
  static int numSlots(JavaSparkContext spark) {
    return spark
        .sc()
        .maxNumConcurrentTasks(spark.sc().resourceProfileManager().defaultResourceProfile());
  }

  /**
   * Checks that the backend computes in the precision.
   *
   * @param training with the backend resolved
   * @throws InvalidInputException if it does not
   */
  static void requirePrecision(TrainingConfig training) {
    // Every backend has F32, and the driver need not be able to open the one of its executors.
    if (training.precision() == Precision.F32) {
      return;
    }
    try (Backend backend = Backends.open(training.backend(), 1)) {
      if (!backend.floatTypes().contains(training.precision().dtype())) {
        throw new InvalidInputException(
            "training.precision is "
                + training.precision().name().toLowerCase(Locale.ROOT)
                + ", but the backend "
                + backend.name()
                + " computes in "
                + backend.floatTypes(),
            "a precision that the backend has",
            "set training.precision to f32, or training.backend to onednn");
      }
    }
  }

  /** Says so where the replicas will not all run at once: it is slower, and as right. */
  static void compareWithSlots(JavaSparkContext spark, Mesh mesh, Consumer<String> warning) {
    int numSlots = numSlots(spark);
    if (mesh.numRanks() > numSlots) {
      warning.accept(
          mesh.equation()
              + ", but "
              + numSlots
              + (numSlots == 1 ? " slot is" : " slots are")
              + " free: the replicas of a round run in "
              + (mesh.numRanks() + numSlots - 1) / Math.max(1, numSlots)
              + " waves; give the cluster more cores, or choose a smaller parallel.dataParallel");
    }
  }
}
