package dev.kindling.spark.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardLayoutTest {
  @ParameterizedTest
  @CsvSource({"1021, 1", "1021, 7", "1021, 1021", "12, 4", "5000000000, 331"})
  void shardsLieSideBySideAndDifferByOneElementAtMost(long numElements, int numShards) {
    ShardLayout layout = new ShardLayout(numElements, numShards);

    long next = 0;
    for (int shard = 0; shard < numShards; shard++) {
      assertThat(layout.offset(shard)).isEqualTo(next);
      assertThat((long) layout.length(shard))
          .isBetween(numElements / numShards, numElements / numShards + 1);
      assertThat(layout.byteLength(shard)).isEqualTo(4 * layout.length(shard));
      next += layout.length(shard);
    }
    assertThat(next).isEqualTo(numElements);
  }

  @Test
  void theDerivedNumberGivesEveryTaskAShardAndKeepsShardsSmall() {
    assertThat(ShardLayout.derive(1000, 3).numShards()).isEqualTo(3);
    assertThat(ShardLayout.derive(2, 3).numShards()).isEqualTo(2);
    assertThat(ShardLayout.derive(124_000_000, 2).byteLength(0)).isLessThanOrEqualTo(16 << 20);
  }

  @Test
  void aShardThatFitsNoArrayIsRefused() {
    assertThatThrownBy(() -> new ShardLayout(5_000_000_000L, 2))
        .hasMessageContaining("more shards are needed");
  }
}
