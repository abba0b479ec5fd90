package dev.kindling.model.dl4j;

import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Where the arrays of one call lie: in a workspace of the thread that grows to what the largest
 * call needed. Left to the garbage collector, which does not see how large they are, they would
 * pile up.
 */
final class InferenceMemory {
  private static final String NAME = "KINDLING_INFERENCE";

  private static final WorkspaceConfiguration GROWING =
      WorkspaceConfiguration.builder()
          .policyAllocation(AllocationPolicy.STRICT)
          .policyLearning(LearningPolicy.FIRST_LOOP)
          .policyReset(ResetPolicy.BLOCK_LEFT)
          .policySpill(SpillPolicy.REALLOCATE)
          .build();

  private InferenceMemory() {}

  /** Does work whose arrays lie in the workspace, and are gone afterwards. */
  // Nobody asks the workspace for memory: that arrays do is what opening it is for.
  @SuppressWarnings("try")
  static <T> T compute(Supplier<T> work) {
    try (MemoryWorkspace workspace =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(GROWING, NAME)) {
      return work.get();
    }
  }

  /** Frees what workspaces hold for this thread; those that are asked for again start anew. */
  static void free() {
    Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
  }

  /** The elements of an F32 array, row by row. */
  static float[] floats(INDArray array) {
    float[] values = new float[Math.toIntExact(array.length())];
    INDArray dense = array.dup('c');
    FlatParameters.readOnHost(dense);
    new FloatPointer(dense.data().pointer()).get(values);
    return values;
  }
}
