package dev.kindling.spark.wordvectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class DriverRoomTest {
  private static final long GIBIBYTE = 1L << 30;

  @Test
  void theHeapHoldsBothMatricesAndTheChangesToThem() {
    DriverRoom room = new DriverRoom(GIBIBYTE, 0);

    assertThatCode(() -> room.require(1 << 20, 64)).doesNotThrowAnyException();
    assertThatThrownBy(() -> room.require(1 << 20, 65))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("at most 67108864")
        .hasMessageContaining("--driver-memory");
  }

  @Test
  void bothMatricesMustBeAllowedToComeBackFromTheTasks() {
    // 2 matrices of rows of 4 · 120 numbers and 32 bytes around them: 1 KiB a word.
    DriverRoom room = new DriverRoom(64 * GIBIBYTE, GIBIBYTE);

    assertThatCode(() -> room.require(1 << 20, 120)).doesNotThrowAnyException();
    assertThatThrownBy(() -> room.require((1 << 20) + 1, 120))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--conf spark.driver.maxResultSize=2g");
    assertThatCode(() -> new DriverRoom(64 * GIBIBYTE, 0).require((1 << 20) + 1, 120))
        .doesNotThrowAnyException();
  }

  @Test
  void theLimitOfResultsIsThatOfSpark() {
    SparkConf conf = new SparkConf(false);

    assertThat(DriverRoom.of(conf).maxResultSize()).isEqualTo(GIBIBYTE);
    assertThat(DriverRoom.of(conf.clone().set("spark.driver.maxResultSize", "0")).maxResultSize())
        .isZero();
    assertThat(DriverRoom.of(conf.clone().set("spark.driver.maxResultSize", "3g")).maxResultSize())
        .isEqualTo(3 * GIBIBYTE);
  }
}
