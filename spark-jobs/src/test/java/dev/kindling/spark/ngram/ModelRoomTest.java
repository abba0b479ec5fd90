package dev.kindling.spark.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.ngram.Discounts;
import dev.kindling.model.ngram.NgramModel;
import dev.kindling.model.ngram.NgramShape;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class ModelRoomTest {
  private static final long GIBIBYTE = 1L << 30;

  @Test
  void aModelOfMoreThanThreeQuartersOfTheHeapIsRefused() {
    // 16 bytes for a bigram, and 8 for a trigram.
    NgramShape shape = shape(1000, 20_000_000, 60_000_000);
    long bytes = NgramModel.bytes(shape);
    assertThat(bytes).isBetween(800_000_000L, 800_100_000L);

    assertThatCode(() -> new ModelRoom(bytes * 4 / 3 + 1).require(shape))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> new ModelRoom(bytes * 4 / 3 - 1).require(shape))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--executor-memory")
        .hasMessageContaining("ngram.prune")
        .hasMessageContaining("ngram.order");
  }

  @Test
  void anOrderThatNoArrayHoldsIsRefusedOnAnyHeap() {
    ModelRoom room = new ModelRoom(1000 * GIBIBYTE);

    assertThatCode(() -> room.require(shape(1000, (1L << 31) - 10))).doesNotThrowAnyException();
    assertThatThrownBy(() -> room.require(shape(1000, (1L << 31) - 9)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("2,147,483,639 n-grams of order 2")
        .hasMessageContaining("ngram.prune");
  }

  @Test
  void theHeapIsThatOfTheProcessesThatHoldTheModel() {
    SparkConf conf = new SparkConf(false).set("spark.executor.memory", "3g");

    assertThat(ModelRoom.of(conf.clone().setMaster("yarn")).heap()).isEqualTo(3 * GIBIBYTE);
    assertThat(ModelRoom.of(conf.clone().setMaster("local[2]")).heap())
        .isEqualTo(Runtime.getRuntime().maxMemory());
  }

  private static NgramShape shape(long... kept) {
    List<NgramShape.Order> orders = new ArrayList<>();
    for (long ngrams : kept) {
      orders.add(new NgramShape.Order(ngrams, ngrams, 0, Discounts.FALLBACK));
    }
    return new NgramShape((int) kept[0], OptionalInt.empty(), orders);
  }
}
