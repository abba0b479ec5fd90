package dev.kindling.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.arch.NetworkConfig.Kind;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.MultiDataSet;

class NetworkBatchesTest {
  private static final int NO = Batch.IGNORED;

  /** A whole sequence 1 2 3 4 5, one that ends behind 8, and one of padding. */
  private static final CausalBatch BATCH =
      new CausalBatch(
          3,
          4,
          new int[] {1, 2, 3, 4, 6, 7, 0, 0, 0, 0, 0, 0},
          new int[] {2, 3, 4, 5, 7, 8, NO, NO, NO, NO, NO, NO});

  @Test
  void tokensAndTargetsAreIntegers() {
    MultiDataSet data = NetworkBatches.of(Networks.of(Kind.LSTM), BATCH);
    assertThat(data.getFeatures(0).dataType()).isEqualTo(DataType.INT32);
    assertThat(data.getFeatures(0).shape()).containsExactly(3, 4);
    assertThat(data.getLabels(0).dataType()).isEqualTo(DataType.INT32);
    assertThat(data.getLabels(0).shape()).containsExactly(3, 1, 4);
    assertThat(data.getFeatures(0).data().asInt()).containsExactly(BATCH.inputs());
    assertThat(data.getLabels(0).data().asInt()).containsExactly(BATCH.targets());
  }

  @Test
  void anElmoPredictsTheSameNeighboursInBothDirections() {
    MultiDataSet data = NetworkBatches.of(Networks.of(Kind.ELMO), BATCH);
    assertThat(data.getFeatures(0).shape()).containsExactly(6, 4);
    assertThat(data.getFeatures(0).toIntMatrix())
        .isDeepEqualTo(
            new int[][] {
              {1, 2, 3, 4}, {6, 7, 0, 0}, {0, 0, 0, 0},
              {5, 4, 3, 2}, {8, 7, 0, 0}, {0, 0, 0, 0}
            });
    assertThat(data.getLabels(0).reshape(6, 4).toIntMatrix())
        .isDeepEqualTo(
            new int[][] {
              {2, 3, 4, 5}, {7, 8, NO, NO}, {NO, NO, NO, NO},
              {4, 3, 2, 1}, {7, 6, NO, NO}, {NO, NO, NO, NO}
            });
  }

  @Test
  void aPairThatIsNotCountedForwardsIsNotCountedBackwards() {
    CausalBatch batch = new CausalBatch(1, 3, new int[] {1, 2, 3}, new int[] {2, NO, 4});
    MultiDataSet data = NetworkBatches.of(Networks.of(Kind.ELMO), batch);
    assertThat(data.getFeatures(0).toIntMatrix()[1]).containsExactly(4, 3, 2);
    assertThat(data.getLabels(0).reshape(2, 3).toIntMatrix()[1]).containsExactly(3, NO, 1);
  }

  @Test
  void aBatchThatDoesNotFitTheNetworkIsRefused() {
    NetworkConfig network = Networks.of(Kind.LSTM);
    assertThatThrownBy(() -> NetworkBatches.of(network, Networks.batch(1, 12)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most the context length 11");
    CausalBatch unknown = new CausalBatch(1, 1, new int[] {13}, new int[] {0});
    assertThatThrownBy(() -> NetworkBatches.of(network, unknown))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("13");
  }
}
