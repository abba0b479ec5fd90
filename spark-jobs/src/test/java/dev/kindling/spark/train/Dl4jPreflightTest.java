package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class Dl4jPreflightTest {
  private static final int ADAMW = 2;
  private static final SparkConf CONF =
      new SparkConf(false).set("spark.kryoserializer.buffer.max", "2047m");

  @Test
  void whatWorkersSendHasToFitOneObject() {
    assertThatCode(() -> Dl4jPreflight.requireSendable(5_000_000, ADAMW, 2, new SparkConf(false)))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () -> Dl4jPreflight.requireSendable(6_000_000, ADAMW, 2, new SparkConf(false)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("set --conf spark.kryoserializer.buffer.max=2047m");
    assertThatThrownBy(() -> Dl4jPreflight.requireSendable(200_000_000, ADAMW, 2, CONF))
        .hasMessageContaining("set dataParallelism.mode=averaging");
  }

  @Test
  void whatReachesTheDriverInARoundHasToFitItsLimit() {
    assertThatCode(() -> Dl4jPreflight.requireSendable(40_000_000, ADAMW, 2, CONF))
        .doesNotThrowAnyException();
    // Sixteen workers are summed up to four before.
    assertThatCode(() -> Dl4jPreflight.requireSendable(20_000_000, ADAMW, 16, CONF))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> Dl4jPreflight.requireSendable(40_000_000, ADAMW, 3, CONF))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("1.3 GiB in every round")
        .hasMessageContaining("--conf spark.driver.maxResultSize=1374m");
    assertThatCode(
            () ->
                Dl4jPreflight.requireSendable(
                    40_000_000, ADAMW, 3, CONF.clone().set("spark.driver.maxResultSize", "0")))
        .doesNotThrowAnyException();
  }
}
