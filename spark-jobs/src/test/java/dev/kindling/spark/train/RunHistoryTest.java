package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RunHistoryTest {
  @Test
  void aRunThatGoesOnKnowsAllLinesOfItsCheckpointInTheirOrder() {
    String lines =
        """
        {"event":"step","step":1,"loss":2.5,"loss_std":0.0}
        {"event":"round","step":1,"round":1,"seconds":1.5}
        {"event":"step","step":2,"loss":2.25,"loss_std":0.0}
        {"event":"timeline","step":1,"round":1,"start_millis":1000,"seconds":1.5,"ranks":[]}
        {"event":"timeline","step":2,"round":2,"start_millis":3000,"seconds":1.5,"ranks":[]}
        {"event":"pipeline_step","step":2,"ranks":[],"measured":{},"expected":{}}
        """;

    RunHistory history = RunHistory.parse(lines.getBytes(StandardCharsets.UTF_8));

    assertThat(new String(history.toBytes(), StandardCharsets.UTF_8)).isEqualTo(lines);
    assertThat(history.losses().last()).isEqualTo(2.25);
    // Lines about time come and go; they do not make a run's history long.
    assertThat(history.numBytes()).isEqualTo(lines.indexOf("{\"event\":\"timeline\""));
  }
}
