package dev.kindling.spark.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MeshTest {
  @Test
  void everyPositionHasOneRankAndEveryRankOnePosition() {
    Mesh mesh = new Mesh(3, 2, 5);

    int expected = 0;
    for (int replica = 0; replica < 3; replica++) {
      for (int stage = 0; stage < 2; stage++) {
        for (int slice = 0; slice < 5; slice++) {
          int rank = mesh.rank(replica, stage, slice);
          assertThat(rank).isEqualTo(expected++);
          assertThat(mesh.replica(rank)).isEqualTo(replica);
          assertThat(mesh.stage(rank)).isEqualTo(stage);
          assertThat(mesh.slice(rank)).isEqualTo(slice);
        }
      }
    }
    assertThat(mesh.numRanks()).isEqualTo(expected);
  }

  @Test
  void theEquationShowsTheArithmetic() {
    assertThat(new Mesh(2, 2, 1).equation())
        .isEqualTo("dataParallel 2 × pipelineParallel 2 × tensorParallel 1 = 4 ranks");
  }

  @Test
  void anAxisOfNothingIsRefused() {
    assertThatThrownBy(() -> Mesh.ofReplicas(0)).hasMessageContaining("dataParallel is 0");
  }

  @Test
  void aRankOutsideTheMeshIsRefused() {
    assertThatThrownBy(() -> Mesh.ofReplicas(2).replica(2)).hasMessageContaining("rank is 2");
  }
}
