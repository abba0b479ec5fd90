package dev.kindling.model.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.autograd.Workspace;
import dev.kindling.model.backend.Dropout;
import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.MemorySpace;
import dev.kindling.model.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pass looks up rows of a table and multiplies them by a matrix. */
class GraphRecorderTest {
  private static final int NUM_ROWS = 5;
  private static final int WIDTH = 8;

  private CudaBackend backend;
  private Workspace parameters;
  private Workspace workspace;
  private Tensor table;
  private Tensor weight;

  @BeforeEach
  void open() {
    EmulatedCuda.loadWithoutGpu();
    backend = new CudaBackend(0);
    parameters = new Workspace(backend.memory());
    workspace = new Workspace(backend.memory());
    table = parameters.allocate(DType.F32, 7, WIDTH);
    weight = parameters.allocate(DType.F32, WIDTH, WIDTH);
    double[] values = new double[7 * WIDTH];
    Arrays.setAll(values, i -> Math.sin(i));
    table.setDoubles(values);
    weight.setDoubles(Arrays.copyOf(values, WIDTH * WIDTH));
  }

  @AfterEach
  void close() {
    workspace.close();
    parameters.close();
    backend.close();
  }

  /** Runs on new memory of the same places, as passes through a model do. */
  private Tensor pass(int[] ids, double dropoutRate, long key) {
    workspace.reset();
    Tensor rows = workspace.allocate(DType.I32, ids.length);
    rows.write(0, ids, 0, ids.length);
    Tensor chosen = workspace.allocate(DType.F32, ids.length, WIDTH);
    backend.gatherRows(table, rows, chosen, false);
    if (dropoutRate > 0) {
      backend.dropout(chosen, new Dropout(dropoutRate, key, 0, WIDTH), chosen);
    }
    Tensor result = workspace.allocate(DType.F32, ids.length, WIDTH);
    backend.matmul(Matrix.of(chosen), Matrix.of(weight), null, Matrix.of(result), false);
    return result;
  }

  private double[] recorded(int[] ids, double dropoutRate, long key) {
    List<Tensor> results = new ArrayList<>();
    backend.runPass(() -> results.add(pass(ids, dropoutRate, key)));
    return results.get(results.size() - 1).toDoubles();
  }

  private static int[] ids(int count, int first) {
    int[] ids = new int[count];
    Arrays.setAll(ids, i -> (first + 2 * i) % 7);
    return ids;
  }

  @Test
  void aPassThatIsRunAsAGraphGivesTheSameBitsForOtherIds() {
    for (int time = 0; time < 6; time++) {
      int[] ids = ids(NUM_ROWS, time);
      double[] actual = recorded(ids, 0, 0);
      assertThat(actual).as("time %d", time).isEqualTo(pass(ids, 0, 0).toDoubles());
    }
  }

  @Test
  void passesOfSeveralShapesHaveAGraphEach() {
    for (int time = 0; time < 12; time++) {
      int[] ids = ids(1 + time % 4, time);
      double[] actual = recorded(ids, 0, 0);
      assertThat(actual).as("time %d", time).isEqualTo(pass(ids, 0, 0).toDoubles());
    }
  }

  /** Every step drops by another key, so that no graph is ever right again. */
  @Test
  void passesThatAreNeverTheSameRunAsTheyAre() {
    int[] ids = ids(NUM_ROWS, 0);
    for (int time = 0; time < 40; time++) {
      double[] actual = recorded(ids, 0.5, time);
      assertThat(actual).as("time %d", time).isEqualTo(pass(ids, 0.5, time).toDoubles());
    }
  }

  /** After a pause, for which nobody listens. */
  @Test
  void passesThatBecomeTheSameHaveAGraphAgain() {
    int[] ids = ids(NUM_ROWS, 0);
    for (int time = 0; time < 20; time++) {
      recorded(ids, 0.5, time);
    }
    for (int time = 0; time < 70; time++) {
      double[] actual = recorded(ids, 0, 0);
      assertThat(actual).as("time %d", time).isEqualTo(pass(ids, 0, 0).toDoubles());
    }
  }

  @Test
  void moreShapesThanGraphsAreRunToo() {
    for (int time = 0; time < 60; time++) {
      int[] ids = ids(1 + time % 11, time);
      double[] actual = recorded(ids, 0, 0);
      assertThat(actual).as("time %d", time).isEqualTo(pass(ids, 0, 0).toDoubles());
    }
  }

  @Test
  void closingTwiceOrByItsViewInTf32ClosesOnce() {
    CudaBackend other = new CudaBackend(0);
    other.withTf32().close();
    other.close();
    other.withTf32().close();
  }

  @Test
  void tensorsOfTheHostAreRefused() {
    try (Workspace host = new Workspace(MemorySpace.HOST)) {
      Tensor tensor = host.allocate(DType.F32, 3);
      assertThatThrownBy(() -> backend.fill(tensor, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("lies in the memory of the host");
    }
  }

  @Test
  void aPassThatReadsResultsIsRefusedAndTheBackendGoesOn() {
    int[] ids = ids(NUM_ROWS, 3);
    assertThatThrownBy(() -> backend.runPass(() -> pass(ids, 0, 0).toDoubles()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("reads results on the host");
    assertThat(recorded(ids, 0, 0)).isEqualTo(pass(ids, 0, 0).toDoubles());
  }
}
