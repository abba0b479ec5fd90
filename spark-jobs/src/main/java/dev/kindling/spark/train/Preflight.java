package dev.kindling.spark.train;

import dev.kindling.spark.parallel.Mesh;
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
